//! The sentences in which a host's record is told, and what is new since another day, in both languages.

use crate::report::lang::{Counted, Phrase};

/// Above the stories.
pub(crate) const STORY: Phrase = ["What happened", "Ce qui s’est passé"];
/// Which zone the times of a page are in.
pub(crate) const TIMES_IN: Phrase = ["Times are in {}.", "Les heures sont en {}."];
/// No story to tell.
pub(crate) const NO_STORY: Phrase = ["No address is highly suspicious.", "Aucune adresse n’est très suspecte."];
/// Of an empty input, and of one that was not whole: nobody must take that for good news.
pub(crate) const NOTHING_READ: Phrase =
    ["No host was read, so nothing can be said.", "Aucune adresse n’a été lue\u{a0}: rien ne peut être dit."];
pub(crate) const NOT_ALL_READ: Phrase = ["Some records could not be read.", "Certains enregistrements n’ont pas pu être lus."];
/// Who it was, where a network counts as one host.
pub(crate) const NETWORK_WHO: Phrase = ["The network {}", "La plage d’adresses {}"];
/// Accounts and attempts.
pub(crate) const USERS: Counted = [["user", "compte"], ["users", "comptes"]];
pub(crate) const TIMES: Counted = [["time", "fois"], ["times", "fois"]];
pub(crate) const ONCE: Phrase = ["once", "une fois"];
/// What was tried, where accounts were counted, and where they were not.
pub(crate) const TRIED_USERS: Phrase = ["{} tried {} {}", "{} a essayé {} {}"];
pub(crate) const TRIED: Phrase = ["{} tried to log in {}", "{} a tenté de se connecter {}"];
pub(crate) const AT: Phrase = ["at {}", "à {}"];
pub(crate) const FROM_TO: Phrase = ["from {} to {}", "de {} à {}"];
/// The login that came behind failures.
pub(crate) const THEN_LOGGED_IN: Phrase = [", then logged in{} at {}{}", ", puis s’est connectée{} à {}{}"];
pub(crate) const AS: Phrase = [" as {}", " en tant que {}"];
/// Of a login of which only the time is left.
pub(crate) const THEN_ABOUT: Phrase =
    [", then logged in at about {} (details no longer recorded)", ", puis s’est connectée vers {} (le détail n’est plus connu)"];
/// How.
pub(crate) const BY_PASSWORD: Phrase = [" with a password", " par mot de passe"];
pub(crate) const BY_KEY: Phrase = [" with a key", " par clé"];
pub(crate) const BY_METHOD: Phrase = [" by {}", " par {}"];
/// Failures behind that login.
pub(crate) const FAILED_LATER: Phrase = [", and failed {} after that", ", et a échoué {} ensuite"];
/// Logins that no failure came before, and those of which that is not known.
pub(crate) const LOGGED_IN_TOO: Phrase = ["It logged in {}, last{} at {}{}", "Elle s’est connectée {}, en dernier{} à {}{}"];
pub(crate) const LOGGED_IN_ONCE: Phrase = ["It logged in once,{} at {}{}", "Elle s’est connectée une fois,{} à {}{}"];
pub(crate) const ORDER_NOT_KNOWN: Phrase = ["whether before or after the failures is not known", "avant ou après les échecs, on ne sait"];
/// Signals other than of logins, as their entries have them, behind who it was or as a sentence of their own.
pub(crate) const DID: Phrase = ["{} {}", "{} a {}"];
pub(crate) const DID_TOO: Phrase = ["It also {}", "Elle a aussi {}"];
/// A signal that has no entry: how often, and its name.
pub(crate) const SET_OFF: Phrase = ["set off {} the signal {}", "déclenché {} le signal {}"];
/// Signals that are not told one by one.
pub(crate) const MORE_KINDS: Counted = [
    ["set off {} more kind of signal", "déclenché {} autre sorte de signal"],
    ["set off {} more kinds of signals", "déclenché {} autres sortes de signaux"],
];
/// What the scan found.
pub(crate) const PORT_OPEN: Phrase = ["port {} is open there", "le port {} y est ouvert"];
pub(crate) const PORTS_OPEN: Phrase = ["ports {} are open there", "les ports {} y sont ouverts"];
pub(crate) const NO_PORT_OPEN: Phrase = ["no scanned port is open there", "aucun port scanné n’y est ouvert"];
pub(crate) const NOT_IN_SCOPE: Phrase = ["it was not scanned (out of scope)", "elle n’a pas été scannée (hors périmètre)"];
/// Between two clauses.
pub(crate) const SEMICOLON: Phrase = ["; ", "\u{a0}; "];
/// Between the last two of a list.
pub(crate) const AND: Phrase = [" and ", " et "];

/// Above what is new.
pub(crate) const CHANGES: Phrase = ["What is new", "Ce qui est nouveau"];
/// Since which file, and what.
pub(crate) const SINCE_FILE: Phrase = ["Since {}: {}", "Depuis {}\u{a0}: {}"];
pub(crate) const NO_CHANGE: Phrase = ["nothing is new", "rien de nouveau"];
/// How many.
pub(crate) const NEW_HOSTS: Counted = [["new address", "nouvelle adresse"], ["new addresses", "nouvelles adresses"]];
pub(crate) const GONE_HOSTS: Counted = [["gone", "disparue"], ["gone", "disparues"]];
pub(crate) const RISEN_HOSTS: Counted = [["with a higher score", "au score plus élevé"], ["with a higher score", "au score plus élevé"]];
pub(crate) const NEWLY_SUSPICIOUS_HOSTS: Counted =
    [["newly suspicious", "nouvellement suspecte"], ["newly suspicious", "nouvellement suspectes"]];
pub(crate) const NEWLY_LET_IN_HOSTS: Counted = [["newly let in", "nouvellement connectée"], ["newly let in", "nouvellement connectées"]];
pub(crate) const NEWLY_OPEN_HOSTS: Counted =
    [["with newly open ports", "avec de nouveaux ports ouverts"], ["with newly open ports", "avec de nouveaux ports ouverts"]];
/// What is new of one host.
pub(crate) const NEW: Phrase = ["new", "nouvelle"];
pub(crate) const RISEN: Phrase = ["score +{}", "score +{}"];
pub(crate) const NEWLY_SUSPICIOUS: Phrase = ["newly suspicious", "nouvellement suspecte"];
pub(crate) const NEWLY_LET_IN: Phrase = ["newly let in", "nouvellement connectée"];
pub(crate) const NEWLY_OPEN: Phrase = ["newly open: {}", "nouvellement ouverts\u{a0}: {}"];
/// Hosts that are there no more.
pub(crate) const GONE: Phrase = ["Gone: {}", "Disparues\u{a0}: {}"];
pub(crate) const CHANGE: Phrase = ["Change", "Changement"];
/// In a digest: hosts beyond those named.
pub(crate) const MORE_SUSPICIOUS: Phrase = ["and {} more highly suspicious", "et {} très suspectes de plus"];
/// In a digest: nobody has to do anything.
pub(crate) const NOTHING_TO_DO: Phrase = ["Nothing needs a person.", "Rien ne demande d’intervention."];
/// In a digest: what to do about a break-in.
pub(crate) const CHANGE_PASSWORDS: Phrase =
    ["Treat these accounts and machines as compromised.", "Considérez ces comptes et ces machines comme compromis."];
