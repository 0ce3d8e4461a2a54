# Unterhaltungen
conversations = Unterhaltungen
no-conversations = Deine Unterhaltungen erscheinen hier.
older-conversations = Ältere Unterhaltungen
new-chat = Neuer Chat
untitled = Neue Unterhaltung
answering = Antwortet gerade
messages = Nachrichten
older-messages = Frühere Nachrichten zeigen
answer-goes-on = Die Antwort geht weiter: Rest laden
newest-messages = Zurück zu den neuesten Nachrichten
message = Nachricht
message-placeholder = Frag, was du willst
model = Modell
send = Senden
stop = Anhalten
check-answers = Modelle machen Fehler. Prüfe, worauf es ankommt.
connection-lost = Die Verbindung ist weg, wird aber gleich wieder versucht. Verloren geht inzwischen nichts.
jump-to-latest = Zur neuesten Nachricht springen
you-said = Du hast geschrieben
model-said = { $model } hat geantwortet
welcome = Was beschäftigt dich?
welcome-name = Was beschäftigt dich, { $name }?
welcome-text = Schreib unten los oder beginne mit einem dieser Vorschläge.
idea-explain = Erklären
idea-explain-prompt = Erkläre einem neugierigen zehnjährigen Kind, wie Gezeiten entstehen
idea-code = Programmieren
idea-code-prompt = Schreibe eine Rust-Funktion, die überlappende Zeiträume zusammenfasst
idea-compare = Vergleichen
idea-compare-prompt = Vergleiche SQLite und PostgreSQL für ein kleines Team, als Tabelle
idea-write = Entwerfen
idea-write-prompt = Entwirf eine kurze, freundliche Nachricht, die eine Besprechung auf Donnerstag verschiebt
age-today = Heute
age-yesterday = Gestern
age-week = Letzte 7 Tage
age-month = Letzte 30 Tage

# Listen und Ordnung
age-in = { $month ->
        [1] Januar
        [2] Februar
        [3] März
        [4] April
        [5] Mai
        [6] Juni
        [7] Juli
        [8] August
        [9] September
        [10] Oktober
        [11] November
       *[12] Dezember
    } { $year }
pinned = Angeheftet
more-pinned = Weitere angeheftete Unterhaltungen
all-conversations = Alle Unterhaltungen und das Archiv
options = Optionen
options-of = Optionen: { $title }
rename = Umbenennen
rename-title = Unterhaltung umbenennen
rename-label = Name
pin = Anheften
unpin = Loslösen
archive = Archivieren
unarchive = Aus dem Archiv holen
delete = Löschen
undo = Rückgängig
delete-title = Unterhaltung löschen?
delete-for-good = Sie wird endgültig gelöscht.
delete-for-now = { $minutes ->
        [one] Eine Minute lang lässt sich das rückgängig machen. Dann ist sie endgültig gelöscht.
       *[other] { $minutes } Minuten lang lässt sich das rückgängig machen. Dann ist sie endgültig gelöscht.
    }
notice-chat-deleted = Unterhaltung gelöscht.
notice-chat-archived = Unterhaltung archiviert.
notice-chat-restored = Die Unterhaltung ist wieder da.
notice-chat-gone = Diese Unterhaltung ist endgültig gelöscht.
field-title-empty = Bitte gib ihr einen Namen.

# Alle Unterhaltungen
show = Anzeigen

# Alle Unterhaltungen
show-all = Alle
archived = Archiviert
nothing-here = Hier werden deine Unterhaltungen stehen.
nothing-pinned = Hefte eine Unterhaltung über ihr Menü an, dann bleibt sie hier griffbereit.
nothing-archived = Archiviere, was erledigt ist: Es verlässt die Liste und ist hier und über die Suche noch zu finden.
show-all-conversations = Alle Unterhaltungen anzeigen
newest-conversations = Neueste Unterhaltungen

# Suche
search = Suchen
search-label = Unterhaltungen durchsuchen
search-placeholder = Wörter oder "ein Satzteil"
search-hint = Findet Titel und Nachrichten, die neuesten zuerst.
search-nothing = Nichts gefunden. Vielleicht helfen weniger oder kürzere Wörter.
search-more = Mehr anzeigen
hit-you = Du
hit-model = Antwort
hit-title = Titel
later-messages = Spätere Nachrichten zeigen
notice-system-prompt-too-long = Dieser Systemprompt ist zu lang: Höchstens 32 kB gehen.
kilobytes-left = Noch { $n } kB frei
kilobytes-beyond = { $n } kB zu lang zum Senden
