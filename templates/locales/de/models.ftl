# Modelle: alle zur Auswahl, und wie es ihren Anbietern geht.
all-models = Alle Modelle
favourites = Favoriten
favourite = Favorit: { $model }
favourite-title = Favorit
models-search = Modelle suchen
models-filters = Was ein Modell kann
models-count = { $n ->
        [0] Kein Modell passt
        [one] { $n } Modell
       *[other] { $n } Modelle
    }
models-prices = Preise in US-Dollar je Million Tokens, Eingabe / Ausgabe
models-none = Kein Modell passt. Suche etwas anderes oder nimm einen Filter weg.
models-beyond = Es gibt { $n } weitere: suche danach.
models-more = { $n ->
        [one] Ein weiteres von { $provider } zeigen
       *[other] { $n } weitere von { $provider } zeigen
    }
ability-all = Alle
ability-vision = Sieht Bilder an
ability-pdf = Liest PDF
ability-tools = Ruft Werkzeuge auf
ability-reasoning = Denkt zuerst nach
ability-images = Macht Bilder
context-window = Kontextfenster:
price-in = Preis der Eingabe:
price-out = der Ausgabe:
tokens-millions = { $n } Mio.
tokens-thousands = { $n }k
model-retires = Bis
model-gone = { $model } ist nicht (mehr) verfügbar. Bitte wähle ein anderes Modell.
own-key = Dein Schlüssel
list-fetched = Liste geholt:
list-built-in = Eingebaute Liste
list-failed = die des Anbieters war nicht zu bekommen
needs-key = Braucht einen Schlüssel
needs-key-text = Diese Anbieter sind da, sobald es einen Schlüssel für sie gibt.
add-key = Einen eigenen Schlüssel eintragen
providers = Anbieter
providers-text = Wer antwortet, und wie es in den letzten fünf Minuten lief, von diesem Server aus gesehen.
refresh-lists = Modelllisten holen
key-used = Schlüssel
key-own = Dein eigener
key-server = Der des Servers
key-none = Es braucht keinen
host = Host
host-private = In einem privaten Netz
calls = Anfragen
calls-none = Keine in den letzten fünf Minuten
calls-failed = { $calls }, davon { $failed } gescheitert
first-word = Erstes Wort
first-word-ms = nach { $median } ms; bei 19 von 20 binnen { $most } ms
last-error = Letzter Fehler
provider-fine = Verfügbar
provider-troubled = Hat Probleme
provider-rests = { $n ->
        [one] Ruht noch 1 Sekunde
       *[other] Ruht noch { $n } Sekunden
    }
notice-lists-fetched = Die Modelllisten wurden geholt.
notice-too-soon = Das wurde gerade erst getan. Bitte versuche es später noch einmal.
notice-too-many-favourites = Das sind zu viele Favoriten: 200 sind das Meiste.
why-key = Der Schlüssel wurde nicht angenommen.
why-money = Auf dem Konto ist kein Guthaben mehr.
why-slow-down = Er bittet um langsamere Anfragen.
why-overloaded = Er ist überlastet.
why-unreachable = Er ist nicht zu erreichen.
why-silent = Er ist verstummt.
why-cut = Er hat die Verbindung mittendrin geschlossen.
why-odd = Er hat etwas Unverständliches gesagt.
why-model = Er bietet das gewünschte Modell nicht an.
why-request = Er hat die Anfrage abgelehnt: zu lang oder gegen seine Regeln.
why-failed = Er ist gescheitert.
