//! What is said of runs (`--run`), in both languages.

use crate::report::lang::{Counted, Phrase};

/// What a run said of itself: how it ended.
pub(crate) const ENDED: Phrase = ["Ended", "Fin"];
pub(crate) const INPUTS: Phrase = ["Inputs", "Entrées"];
/// An input without a name.
pub(crate) const STDIN_NAME: Phrase = ["stdin", "entrée standard"];
/// Its lines by class.
pub(crate) const CLASSES: Phrase = ["Lines", "Lignes"];
/// What else it counted.
pub(crate) const COUNTS: Phrase = ["Counted", "Comptes"];
/// What it had to assume.
pub(crate) const ASSUMED: Phrase = ["Assumed", "Hypothèses"];
/// The first lines of each class that is worth looking at.
pub(crate) const PLACES: Phrase = ["First of these", "Premières lignes"];
pub(crate) const WARNINGS: Phrase = ["Warnings", "Avertissements"];
pub(crate) const LINES: Counted = [["line", "ligne"], ["lines", "lignes"]];
pub(crate) const BYTES: Counted = [["byte", "octet"], ["bytes", "octets"]];
/// Where the reading began.
pub(crate) const FROM_LINE: Phrase = ["from line {}", "à partir de la ligne {}"];
/// An input of which some is missing.
pub(crate) const NOT_WHOLE: Phrase = ["not read to its end", "pas lue jusqu’à la fin"];
/// Why it ended, and its exit code.
pub(crate) const WITH_CODE: Phrase = ["{} (exit {})", "{} (code {})"];
/// How runs end: the reason on the wire and what people read.
pub(crate) const EXIT_REASONS: &[(&str, Phrase)] = &[
    ("done", ["done", "terminé"]),
    ("reader_left", ["the reader of the output closed it early", "le lecteur de la sortie est parti avant la fin"]),
    ("bad_input", ["done, some input was invalid", "terminé, une partie de l’entrée étant inutilisable"]),
    ("failed", ["failed", "échec"]),
    ("hung_up", ["ended by a hangup", "arrêté par la fin de la session"]),
    ("interrupted", ["interrupted", "interrompu"]),
    ("terminated", ["terminated by a signal", "arrêté par un signal"]),
];
/// What was assumed: the name on the wire and what people read.
pub(crate) const GUESSED: &[(&str, Phrase)] = &[("year", ["year", "année"]), ("zone", ["zone", "fuseau horaire"])];
/// From what: the name on the wire and what people read.
pub(crate) const GUESSED_FROM: &[(&str, Phrase)] = &[
    ("file_modified", ["by the modification time of the file", "d’après la date de modification du fichier"]),
    ("given_modified", ["by --modified", "d’après --modified"]),
    ("now", ["by the date of the run", "d’après la date du traitement"]),
    ("default", ["by default", "par défaut"]),
];
pub(crate) const SUGGESTED: Phrase = ["the times of files suggest {}", "les dates des fichiers suggèrent {}"];
