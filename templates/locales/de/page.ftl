# Freshet auf Deutsch. Schlüssel und Reihenfolge wie in locales/en.

name = Freshet
tagline = KI-Chat, der Wort hält
skip-to-content = Zum Inhalt springen
dismiss = Ausblenden
close = Schließen
cancel = Abbrechen
go-back = Zurück
request-id = Kennung
foot = Läuft auf deinem eigenen Rechner.

# Startseite
hero = Antworten, die weiterfließen
hero-text = Freshet ist ein KI-Chatserver, den du selbst betreibst: ein einziges Programm, die Modelle deiner Wahl und Antworten, die Neuladen, Abstürze und schlechte Netze überstehen.
read-api = API ansehen
claims = Was Freshet verspricht
claim-resume = Nichts geht unterwegs verloren
claim-resume-text = Jedes Wort ist gespeichert, bevor du es siehst. Lade neu, wechsle das Gerät oder verliere das Netz: Die Antwort geht dort weiter, wo sie war.
claim-own = Alles gehört dir
claim-own-text = Unterhaltungen liegen in einer Datenbank auf deinem Rechner. Du bestimmst, welcher Anbieter eine Nachricht liest, oder betreibst ein Modell zu Hause.
claim-light = Von Natur aus leicht
claim-light-text = Ein kleines Programm ohne Einrichtung. Seiten unter 60 kB, die auf einem alten Telefon laufen, sogar ohne JavaScript.
demo-question = Wie tragen Flüsse Sedimente?

# Kurze Meldungen
offline = Der Server ist nicht erreichbar. Dein Text bleibt erhalten.
refused = Der Server hat das nicht angenommen. Dein Text bleibt erhalten.
notice-signed-out = Du bist abgemeldet.
notice-session-expired = Deine Sitzung ist abgelaufen. Bitte melde dich wieder an.
notice-session-revoked = Diese Sitzung ist abgemeldet.
notice-others-revoked = Alle anderen Sitzungen sind abgemeldet.
notice-saved = Gespeichert.
notice-password-changed = Dein Passwort ist geändert. Überall sonst bist du abgemeldet.
notice-account-deleted = Dein Konto und alles darin ist gelöscht.
notice-still-answering = Hier läuft noch eine Antwort. Warte darauf oder halte sie erst an.
notice-empty-message = Es gibt noch nichts zu senden.
notice-message-too-long = Diese Nachricht ist zu lang zum Senden.
notice-branch-too-long = Bis hierher sind es zu viele Nachrichten für eine Abzweigung.
notice-unknown-model = Dieses Modell ist nicht verfügbar. Bitte wähle ein anderes.
notice-failed = Bei uns ist etwas schiefgegangen. Verloren ist nichts.

# Fehler
go-home = Zur Startseite
error-not-found = Hier ist nichts
error-not-found-text = Was du suchst, gibt es nicht, oder es ist nicht für dich bestimmt.
error-forbidden = Das ist nicht für dich
error-forbidden-text = Dein Konto darf das nicht.
error-sign-in = Bitte melde dich an
error-sign-in-text = Diese Seite siehst du nur, wenn du angemeldet bist.
error-bad-request = Diese Anfrage ergab keinen Sinn
error-bad-request-text = Etwas darin fehlte oder war falsch aufgebaut. Geh zurück und versuch es noch einmal.
error-too-large = Das ist zu groß
error-too-large-text = So viel auf einmal nimmt der Server nicht an.
error-too-many = Einen Moment bitte
error-too-many-text = Von dir kamen zu viele Anfragen. Warte kurz und versuch es dann noch einmal.
error-conflict = Inzwischen hat sich etwas geändert
error-conflict-text = Geh zurück, sieh dir den neuesten Stand an und versuch es noch einmal.
error-unavailable = Gleich wieder da
error-unavailable-text = Der Server kann gerade nicht antworten. Deine Unterhaltungen sind sicher; versuch es gleich noch einmal.
error-internal = Bei uns ist etwas kaputtgegangen
error-internal-text = Es ist festgehalten. Deine Unterhaltungen sind sicher; oft hilft ein zweiter Versuch.

# Ohne Verbindung
no-connection = Keine Verbindung
no-connection-text = Entweder ist dieses Gerät offline oder der Server. Was du geschrieben hast, bleibt erhalten.

# Startseite nach dem Anmelden
home = Start
home-title = Was kommt als Nächstes, { $name }?
home-continue = Weitermachen
home-ideas = Ideen
error-again = Noch einmal versuchen

# Startseite
home-commands = Befehle
home-running = Wird gerade beantwortet
home-pinned = Angeheftet
home-recent = Zuletzt
home-compare = Zwei Modelle vergleichen
home-empty = Schreib oben, oder beginne mit einem davon.

# Befehle und Tastenkürzel

# Befehle und Tasten
palette-label = Befehle
palette-title = Befehle (Strg+K)
palette-placeholder = Unterhaltung oder Befehl
palette-actions = Aktionen
palette-here = In dieser Unterhaltung
palette-none = Nichts mit diesem Namen. Mit der Eingabetaste suchst du in allen Nachrichten.
palette-light = Helle Farben
palette-dark = Dunkle Farben
palette-system = Farben des Systems
search-chats = Unterhaltungen durchsuchen
shortcuts = Tastenkürzel
shortcuts-on = Diese Tastenkürzel in diesem Browser verwenden
shortcut-palette = Befehle und Unterhaltungen
shortcut-focus = Nachricht schreiben
shortcut-send = Senden
shortcut-break = Neue Zeile
shortcut-stop = Antwort anhalten, Offenes schließen
shortcut-sidebar = Unterhaltungen zeigen oder verbergen
shortcut-model = Modell wählen
shortcut-copy-answer = Letzte Antwort kopieren
shortcut-copy-code = Letzten Code kopieren
