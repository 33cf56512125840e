//! The login pages of well-known software.

use super::{LoginPage, Query, Success};

const fn page(
    name: &'static str,
    path: &'static str,
    query: Query,
    success: Success,
    source: &'static str,
    example: &'static str,
) -> LoginPage {
    LoginPage { name, path, query, success, source, example }
}

/// What else wp-login.php does, by its `action`.
const WORDPRESS_OTHERS: &[&str] = &[
    "action=lostpassword",
    "action=retrievepassword",
    "action=resetpass",
    "action=rp",
    "action=register",
    "action=postpass",
    "action=logout",
    "action=confirmaction",
    "action=confirm_admin_email",
    "action=enter_recovery_mode",
];

/// Every page that is known. A path that ends in `/` has it in the address too.
#[rustfmt::skip]
pub(crate) const PAGES: &[LoginPage] = &[
    // Sites.
    page("WordPress", "/wp-login.php", Query::Lacks(WORDPRESS_OTHERS), Success::Redirect, "WordPress wp-login.php, case 'login'", "/blog/wp-login.php"),
    page("WordPress XML-RPC", "/xmlrpc.php", Query::Lacks(&["for=jetpack"]), Success::Alike, "WordPress wp-includes/class-wp-xmlrpc-server.php, login(): a fault has status 200", "/xmlrpc.php"),
    page("Joomla administration", "/administrator/index.php", Query::NoneBut("option=com_login"), Success::Redirect, "Joomla administrator/components/com_login, DisplayController::login()", "/administrator/index.php"),
    page("Joomla administration", "/administrator/", Query::Any, Success::Redirect, "Joomla administrator/components/com_login, DisplayController::login()", "/administrator/"),
    page("Joomla", "/index.php", Query::Holds("task=user.login"), Success::Alike, "Joomla components/com_users, UserController::login()", "/index.php?option=com_users&task=user.login"),
    page("Drupal, Gitea, Forgejo", "/user/login", Query::Lacks(&["_format=json"]), Success::Redirect, "Drupal core/modules/user, UserLoginForm; Gitea routers/web/auth, SignInPost()", "/user/login?destination=node"),
    page("Drupal REST", "/user/login", Query::Holds("_format=json"), Success::Ok, "Drupal core/modules/user, UserAuthenticationController::login()", "/user/login?_format=json"),
    page("TYPO3", "/typo3/login", Query::Any, Success::Redirect, "TYPO3 typo3/sysext/backend, LoginController", "/typo3/login?loginProvider=1"),
    page("Django administration", "/admin/login/", Query::Any, Success::Redirect, "Django contrib/auth/views.py, LoginView; contrib/admin/sites.py, login()", "/admin/login/?next=/admin/"),
    page("Django accounts, Seafile", "/accounts/login", Query::Any, Success::Redirect, "Django contrib/auth/views.py, LoginView; LOGIN_URL", "/accounts/login/"),
    page("Strapi", "/admin/login", Query::Any, Success::Ok, "Strapi packages/core/admin, authentication controller", "/admin/login"),
    page("Ghost", "/ghost/api/admin/session", Query::Any, Success::Ok, "Ghost core/server/services/auth/session", "/ghost/api/admin/session"),
    page("MediaWiki", "/index.php", Query::Holds("title=Special:UserLogin"), Success::Redirect, "MediaWiki includes/specialpage/LoginSignupSpecialPage.php", "/w/index.php?title=Special:UserLogin"),
    page("phpBB", "/ucp.php", Query::Holds("mode=login"), Success::Redirect, "phpBB includes/functions.php, login_box()", "/forum/ucp.php?mode=login"),
    page("Magento customers", "/customer/account/loginPost", Query::Any, Success::Alike, "Magento module-customer, Controller/Account/LoginPost.php", "/customer/account/loginPost/"),
    page("Magento REST", "/rest/v1/integration/admin/token", Query::Any, Success::Ok, "Magento module-integration, etc/webapi.xml", "/rest/V1/integration/admin/token"),
    page("OpenCart", "/index.php", Query::Holds("route=common/login"), Success::Redirect, "OpenCart upload/admin/controller/common/login.php", "/admin/index.php?route=common/login"),
    page("PrestaShop", "/index.php", Query::Holds("controller=AdminLogin"), Success::Alike, "PrestaShop controllers/admin/AdminLoginController.php, processLogin()", "/admin1/index.php?controller=AdminLogin"),
    page("Moodle", "/login/index.php", Query::Any, Success::Alike, "Moodle login/index.php: a redirect after every password", "/login/index.php"),
    page("Odoo", "/web/login", Query::Any, Success::Redirect, "Odoo addons/web/controllers/home.py, web_login()", "/web/login"),
    // Work together, mail.
    page("Nextcloud, ownCloud", "/index.php/login", Query::Any, Success::Alike, "Nextcloud core/Controller/LoginController.php, tryLogin()", "/index.php/login"),
    page("Grafana, cPanel", "/login", Query::Any, Success::Ok, "Grafana pkg/api/login.go, LoginPost(); cPanel, Log In to cPanel by API", "/login/?login_only=1"),
    page("GitLab", "/users/sign_in", Query::Any, Success::Redirect, "GitLab app/controllers/sessions_controller.rb; Devise, SessionsController", "/users/sign_in"),
    page("Confluence", "/dologin.action", Query::Any, Success::Redirect, "Atlassian, Confluence login page; Seraph", "/dologin.action"),
    page("Jira", "/login.jsp", Query::Any, Success::Redirect, "Atlassian, Jira login page; Seraph", "/login.jsp"),
    page("Jira gadget", "/rest/gadget/1.0/login", Query::Any, Success::Alike, "Atlassian, Jira login gadget", "/rest/gadget/1.0/login"),
    page("Jira REST", "/rest/auth/1/session", Query::Any, Success::Ok, "Atlassian, Jira REST API, auth/1/session", "/rest/auth/1/session"),
    page("Jenkins", "/j_spring_security_check", Query::Any, Success::Alike, "Jenkins core, SecurityRealm.commonFilters(): a failure goes to loginError", "/j_spring_security_check"),
    page("Jenkins before 2.266", "/j_acegi_security_check", Query::Any, Success::Alike, "Jenkins core, SecurityRealm", "/jenkins/j_acegi_security_check"),
    page("form of a servlet container", "/j_security_check", Query::Any, Success::Redirect, "Jakarta Servlet 6.0 section 13.6.3: the error page has status 200", "/app/j_security_check"),
    page("SonarQube", "/api/authentication/login", Query::Any, Success::Ok, "SonarQube Web API, authentication/login", "/api/authentication/login"),
    page("Nexus Repository", "/service/rapture/session", Query::Any, Success::Ok, "Sonatype nexus-rapture, SessionServlet", "/service/rapture/session"),
    page("Mattermost", "/api/v4/users/login", Query::Any, Success::Ok, "Mattermost API reference, users/login", "/api/v4/users/login"),
    page("Rocket.Chat", "/api/v1/login", Query::Any, Success::Ok, "Rocket.Chat API reference, login", "/api/v1/login"),
    page("Roundcube", "/", Query::Holds("_task=login"), Success::Redirect, "Roundcube index.php, task login", "/webmail/?_task=login"),
    page("Roundcube", "/index.php", Query::Holds("_task=login"), Success::Redirect, "Roundcube index.php, task login", "/index.php?_task=login"),
    page("Outlook on the web", "/owa/auth.owa", Query::Any, Success::Alike, "Microsoft, Exchange forms-based authentication: a failure goes to logon.aspx?reason=2", "/owa/auth.owa"),
    page("Zimbra", "/service/soap/AuthRequest", Query::Any, Success::Ok, "Zimbra SOAP API, AuthRequest: a fault has status 500", "/service/soap/AuthRequest"),
    page("AD FS", "/adfs/ls", Query::Any, Success::Redirect, "Microsoft, AD FS sign-in pages", "/adfs/ls/?wa=wsignin1.0"),
    page("Remote Desktop Web Access", "/rdweb/pages/*/login.aspx", Query::Any, Success::Redirect, "Microsoft, RD Web Access, login.aspx", "/RDWeb/Pages/en-US/login.aspx"),
    // Identity, media, home.
    page("Keycloak", "/login-actions/authenticate", Query::Any, Success::Redirect, "Keycloak services, LoginActionsService.authenticateForm()", "/realms/master/login-actions/authenticate?execution=1"),
    page("Authelia", "/api/firstfactor", Query::Any, Success::Ok, "Authelia internal/handlers/handler_firstfactor.go", "/api/firstfactor"),
    page("Bitwarden, Vaultwarden", "/identity/connect/token", Query::Any, Success::Ok, "Vaultwarden src/api/identity.rs, login()", "/identity/connect/token"),
    page("Jellyfin, Emby", "/users/authenticatebyname", Query::Any, Success::Ok, "Jellyfin API, AuthenticateUserByName", "/Users/AuthenticateByName"),
    page("UniFi, Immich", "/api/auth/login", Query::Any, Success::Ok, "Immich API, auth/login; Ubiquiti, UniFi OS", "/api/auth/login"),
    page("UniFi Network", "/api/login", Query::Any, Success::Ok, "Ubiquiti, UniFi Network Application API", "/api/login"),
    page("Pi-hole 6, Portainer", "/api/auth", Query::Any, Success::Ok, "Pi-hole API, auth; Portainer API, auth", "/api/auth"),
    page("Pi-hole 5", "/admin/login.php", Query::Any, Success::Redirect, "Pi-hole AdminLTE scripts/pi-hole/php/password.php", "/admin/login.php"),
    page("Metabase", "/api/session", Query::Any, Success::Ok, "Metabase API, POST /api/session", "/api/session"),
    page("Guacamole", "/api/tokens", Query::Any, Success::Ok, "Apache Guacamole, REST API, tokens", "/guacamole/api/tokens"),
    // Servers, databases, networks.
    page("phpMyAdmin", "/phpmyadmin/index.php", Query::NoneBut("route=/"), Success::Redirect, "phpMyAdmin libraries/classes/Plugins/Auth/AuthenticationCookie.php", "/phpmyadmin/index.php?route=/"),
    page("phpMyAdmin", "/pma/index.php", Query::NoneBut("route=/"), Success::Redirect, "phpMyAdmin libraries/classes/Plugins/Auth/AuthenticationCookie.php", "/pma/index.php"),
    page("Webmin, Usermin", "/session_login.cgi", Query::Any, Success::Redirect, "Webmin session_login.cgi, miniserv.pl", "/session_login.cgi"),
    page("Plesk", "/login_up.php", Query::Any, Success::Redirect, "Plesk, login_up.php", "/login_up.php"),
    page("Proxmox VE", "/api2/json/access/ticket", Query::Any, Success::Ok, "Proxmox VE API, access/ticket", "/api2/json/access/ticket"),
    page("Proxmox VE interface", "/api2/extjs/access/ticket", Query::Any, Success::Alike, "Proxmox pve-http-server, extjs: an error has status 200", "/api2/extjs/access/ticket"),
    page("Kibana", "/internal/security/login", Query::Any, Success::Ok, "Kibana x-pack security, routes/authentication/common.ts", "/internal/security/login"),
    page("Splunk", "/*/account/login", Query::Any, Success::Ok, "Splunk Web, account/login", "/en-US/account/login"),
    page("Zabbix", "/zabbix/index.php", Query::NoneBut("reconnect=1"), Success::Redirect, "Zabbix ui/index.php", "/zabbix/index.php"),
    page("QNAP", "/cgi-bin/authLogin.cgi", Query::Any, Success::Alike, "QNAP, QTS authentication API", "/cgi-bin/authLogin.cgi"),
    page("vCenter", "/websso/saml2/sso/*", Query::Any, Success::Ok, "VMware, vCenter Single Sign-On", "/websso/SAML2/SSO/vsphere.local"),
    // Gateways.
    page("FortiGate SSL VPN", "/remote/logincheck", Query::Any, Success::Alike, "Fortinet, SSL VPN web login: ret=0 or ret=1 in the body", "/remote/logincheck"),
    page("FortiGate administration", "/logincheck", Query::Any, Success::Alike, "Fortinet, FortiOS login by REST API", "/logincheck"),
    page("Citrix Gateway", "/cgi/login", Query::Any, Success::Alike, "Citrix, NetScaler Gateway logon", "/cgi/login"),
    page("Citrix Gateway nFactor", "/nf/auth/doAuthentication.do", Query::Any, Success::Alike, "Citrix, nFactor authentication", "/nf/auth/doAuthentication.do"),
    page("Citrix StoreFront", "/explicitauth/loginattempt", Query::Any, Success::Alike, "Citrix, StoreFront Web API", "/Citrix/StoreWeb/ExplicitAuth/LoginAttempt"),
    page("Ivanti Connect Secure", "/dana-na/auth/*/login.cgi", Query::Any, Success::Alike, "Ivanti Connect Secure, sign-in URLs: a failure goes to welcome.cgi?p=failed", "/dana-na/auth/url_default/login.cgi"),
    page("GlobalProtect portal", "/global-protect/login.esp", Query::Any, Success::Alike, "Palo Alto Networks, GlobalProtect portal", "/global-protect/login.esp"),
    page("GlobalProtect gateway", "/ssl-vpn/login.esp", Query::Any, Success::Alike, "Palo Alto Networks, GlobalProtect gateway", "/ssl-vpn/login.esp"),
    page("Cisco ASA WebVPN", "/+webvpn+/index.html", Query::Any, Success::Alike, "Cisco ASA, clientless SSL VPN", "/+webvpn+/index.html"),
    page("BIG-IP", "/tmui/logmein.html", Query::Any, Success::Alike, "F5, BIG-IP Configuration utility", "/tmui/logmein.html"),
    page("SonicWall SMA", "/cgi-bin/userLogin", Query::Any, Success::Alike, "SonicWall SMA 100, portal login", "/cgi-bin/userLogin"),
];
