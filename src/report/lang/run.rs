//! What is said of runs (`--run`), in both languages.

use crate::report::lang::{Counted, Phrase};

/// What a run said of itself: how it ended.
pub const ENDED: Phrase = ["Ended", "Fin"];
pub const INPUTS: Phrase = ["Inputs", "Entrées"];
/// An input without a name.
pub const STDIN_NAME: Phrase = ["stdin", "entrée standard"];
/// Its lines by class.
pub const CLASSES: Phrase = ["Lines", "Lignes"];
/// What else it counted.
pub const COUNTS: Phrase = ["Counted", "Comptes"];
/// What it had to assume.
pub const ASSUMED: Phrase = ["Assumed", "Hypothèses"];
/// The first lines of each class that is worth looking at.
pub const PLACES: Phrase = ["First of these", "Premières lignes"];
pub const WARNINGS: Phrase = ["Warnings", "Avertissements"];
pub const LINES: Counted = [["line", "ligne"], ["lines", "lignes"]];
pub const BYTES: Counted = [["byte", "octet"], ["bytes", "octets"]];
/// Where the reading began.
pub const FROM_LINE: Phrase = ["from line {}", "à partir de la ligne {}"];
/// An input of which some is missing.
pub const NOT_WHOLE: Phrase = ["not read to its end", "pas lue jusqu’à la fin"];
/// Why it ended, and its exit code.
pub const WITH_CODE: Phrase = ["{} (exit {})", "{} (code {})"];
/// How runs end: the reason on the wire and what people read.
pub const EXIT_REASONS: &[(&str, Phrase)] = &[
    ("done", ["done", "terminé"]),
    ("reader_left", ["the reader of the output closed it early", "le lecteur de la sortie est parti avant la fin"]),
    ("bad_input", ["done, some input was invalid", "terminé, une partie de l’entrée étant inutilisable"]),
    ("failed", ["failed", "échec"]),
    ("hung_up", ["ended by a hangup", "arrêté par la fin de la session"]),
    ("interrupted", ["interrupted", "interrompu"]),
    ("terminated", ["terminated by a signal", "arrêté par un signal"]),
];
/// What was assumed: the name on the wire and what people read.
pub const GUESSED: &[(&str, Phrase)] = &[("year", ["year", "année"]), ("zone", ["zone", "fuseau horaire"])];
/// From what: the name on the wire and what people read.
pub const GUESSED_FROM: &[(&str, Phrase)] = &[
    ("file_modified", ["by the modification time of the file", "d’après la date de modification du fichier"]),
    ("given_modified", ["by --modified", "d’après --modified"]),
    ("now", ["by the date of the run", "d’après la date du traitement"]),
    ("default", ["by default", "par défaut"]),
];
pub const SUGGESTED: Phrase = ["the times of files suggest {}", "les dates des fichiers suggèrent {}"];
