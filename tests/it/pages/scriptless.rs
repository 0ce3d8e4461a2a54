//! Everything works without scripts: signing up, talking, stopping, asking again, settings.

use reqwest::StatusCode;

use crate::support::{Document, TestApp, Visitor};

/// Begins a conversation and gives its page when the answer is there.
async fn begins(visitor: &Visitor, model: &str, text: &str) -> (String, Document) {
    let page = visitor.opens("/c/new").await;
    let key = page.attribute("input[name=key]", "value");
    let fields = [("content", text), ("model", model), ("key", &key)];
    let sent = visitor.submits(&page.attribute("#compose", "action"), &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let chat = sent.location().unwrap().to_owned();
    (chat.clone(), finished(visitor, &chat).await)
}

/// The page of a conversation once its answer has ended: it streams itself until then.
async fn finished(visitor: &Visitor, chat: &str) -> Document {
    visitor.opens(&format!("{chat}?stream=html")).await;
    visitor.opens(chat).await
}

#[tokio::test]
async fn a_stranger_signs_up_and_talks() {
    let server = TestApp::start().await;
    let stranger = server.visitor();
    let landing = stranger.opens("/").await;
    assert_eq!((landing.status, landing.count("a[href='/register']") > 0), (StatusCode::OK, true));
    let form = stranger.opens("/register").await;
    assert_eq!(form.attribute("form[action='/register']", "method"), "post");
    let welcome = stranger.signs_up("ada@example.org", "Ada").await;
    let welcome = stranger.follows(welcome).await;
    assert!(welcome.text.contains("Ada"), "{}", welcome.text);
    let (chat, page) = begins(&stranger, "simulated/fast", "Tell me **something**").await;
    assert_eq!(page.text_of(".message--user .message__text"), "Tell me **something**");
    assert!(page.text_of(".message--assistant [data-part=blocks]").contains("Tell me"));
    assert_eq!(page.count("#composer-stop form"), 0);
    assert_eq!(page.text_of("#title"), "Tell me **something**");
    assert_eq!(page.count(&format!("#chats a[href='{chat}']")), 1);
    // The next message goes to the same conversation.
    let action = page.attribute("#compose", "action");
    assert_eq!(action, format!("{chat}/messages"));
    let fields = [("content", "a\r\nb"), ("model", "simulated/echo:ms=0"), ("key", "k")];
    let sent = stranger.submits(&action, &fields).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, Some(&chat[..])));
    let page = finished(&stranger, &chat).await;
    assert_eq!(page.count(".message"), 4);
    assert!(page.text.contains(">a\nb<"), "line ends are the product's own");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_says_it_once() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let (chat, page) = begins(&ada, "simulated/fast", "hi").await;
    let key = page.attribute("input[name=key]", "value");
    for _ in 0..3 {
        let fields = [("content", "again"), ("model", "simulated/fast"), ("key", &key)];
        let sent = ada.submits(&format!("{chat}/messages"), &fields).await;
        assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, Some(&chat[..])));
    }
    assert_eq!(finished(&ada, &chat).await.count(".message"), 4);
}

#[tokio::test]
async fn an_answer_can_be_stopped_and_asked_for_again() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let fields = [("content", "go"), ("model", "simulated/tokens:n=5000,ms=20"), ("key", "k")];
    let chat = ada.submits("/c/new", &fields).await.location().unwrap().to_owned();
    let page = ada.opens(&chat).await;
    assert_eq!(page.count("noscript meta[http-equiv=refresh]"), 0, "scraper reads a noscript as scripts do");
    assert!(page.text.contains(&format!("url={chat}?stream=html")));
    let busy = ada.submits(&format!("{chat}/messages"), &[("content", "impatient"), ("key", "k2")]).await;
    assert_eq!((busy.status, busy.text_of("#content")), (StatusCode::CONFLICT, "impatient".into()));
    let stop = page.attribute("#composer-stop form", "action");
    let stopped = ada.submits(&stop, &[]).await;
    assert_eq!((stopped.status, stopped.location()), (StatusCode::SEE_OTHER, Some(&chat[..])));
    let page = ada.opens(&chat).await;
    assert_eq!((page.count("#composer-stop form"), page.count(".outcome")), (0, 1));
    let harmless = ada.submits(&stop, &[]).await;
    assert_eq!(harmless.status, StatusCode::SEE_OTHER);
    // Asked again, the same model answers again; stop that, too.
    let again = page.attribute("form[action$='/regenerate']", "action");
    let sent = ada.submits(&again, &[]).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, Some(&chat[..])));
    let page = ada.opens(&chat).await;
    assert_eq!(page.count(".message--assistant"), 1, "the new answer takes the old one's place");
    let stop_again = page.attribute("#composer-stop form", "action");
    assert_ne!(stop_again, stop);
    // While it answers it can't be asked again; the page says so.
    let refused = ada.submits(&again, &[]).await;
    let refused = ada.follows(refused).await;
    assert_eq!(refused.status, StatusCode::OK);
    assert!(refused.count("[role=status], [role=alert]") > 0);
    ada.submits(&stop_again, &[]).await;
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let (chat, _) = begins(&ada, "simulated/fast", "hi").await;
    for path in ["/c/new".to_owned(), format!("{chat}/messages")] {
        let fields = [("content", "my precious"), ("model", "no/such"), ("key", "k")];
        let page = ada.submits(&path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!((page.text_of("#content"), page.count("#composer-problem")), ("my precious".into(), 1));
        assert_ne!(page.attribute("input[name=key]", "value"), "k", "a new key for a new try");
        let long = "ü".repeat(140 << 10);
        let page = ada.submits(&path, &[("content", &long), ("model", "simulated/fast")]).await;
        assert_eq!((page.status, page.text_of("#content") == long), (StatusCode::UNPROCESSABLE_ENTITY, true));
        let page = ada.submits(&path, &[("content", "  ")]).await;
        assert_eq!((page.status, page.count("#composer-problem")), (StatusCode::UNPROCESSABLE_ENTITY, 1));
    }
    let stranger = server.visitor();
    let fields = [("name", "Bob"), ("email", "not an address"), ("password", "x")];
    let page = stranger.submits("/register", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        (page.attribute("#name", "value"), page.attribute("#email", "value")),
        ("Bob".into(), "not an address".into())
    );
    assert_eq!((page.count("#email-error"), page.attribute("#password", "value")), (1, String::new()));
    // Each refusal in its own words.
    for (name, password, place, words) in [
        ("Bob", "short", "#password-error", "at least 8"),
        ("Bob", "password1", "#password-error", ""),
        (" ", "correct horse battery staple", "#name-error", ""),
    ] {
        let fields = [("name", name), ("email", "bob@example.org"), ("password", password)];
        let page = stranger.submits("/register", &fields).await;
        assert_eq!((page.status, page.count(place)), (StatusCode::UNPROCESSABLE_ENTITY, 1), "{password}");
        assert!(page.text_of(place).contains(words), "{}", page.text_of(place));
    }
    let fields = [("email", "ada@example.org"), ("password", "wrong"), ("next", &chat)];
    let page = stranger.submits("/login", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.attribute("#email", "value"), "ada@example.org");
    assert_eq!(page.attribute("input[name=next]", "value"), chat);
    assert_eq!(page.attribute("#password", "value"), "");
}

#[tokio::test]
async fn the_theme_is_on_the_page_before_it_is_drawn() {
    let server = TestApp::start().await;
    for visitor in [server.visitor(), server.visitor_of("ada").await] {
        for (chosen, shown) in
            [("dark", "dark"), ("light", "light"), ("system", "system"), ("\"><x", "system")]
        {
            let done = visitor.submits("/settings/theme", &[("theme", chosen), ("next", "/login?x=1")]).await;
            assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, Some("/login?x=1")));
            let cookie = done.cookies().into_iter().find(|line| line.starts_with("theme=")).unwrap();
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
            for path in ["/nothing", "/login", "/c/new"] {
                let opened = visitor.opens(path).await;
                let page = visitor.follows(opened).await;
                assert_eq!(page.attribute("html", "data-theme"), shown, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn settings_show_who_one_is_and_lead_out() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let page = ada.opens("/settings").await;
    assert!(page.text.contains("ada@example.org") && page.count(".badge") >= 1);
    let out = ada.submits(&page.attribute("form[action='/logout']", "action"), &[]).await;
    let login = ada.follows(out).await;
    assert!(login.count("[role=status], [role=alert]") > 0, "a notice says that one is out");
    assert_eq!(ada.opens("/login").await.count(".toast"), 0, "it is said once");
}

#[tokio::test]
async fn a_page_that_is_not_there_offers_a_way_on() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let bob = server.visitor_of("bob").await;
    let (chat, _) = begins(&ada, "simulated/fast", "secret").await;
    let mut texts = Vec::new();
    for path in [&chat[..], "/c/01a1fbd7-0000-7000-8000-000000000000", "/c/garbage", "/nothing"] {
        let page = bob.opens(path).await;
        assert_eq!((page.status, page.count("main a[href]") > 0), (StatusCode::NOT_FOUND, true), "{path}");
        texts.push(page.text_of("main").replace(page.header("x-request-id"), "…"));
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "not yours and not there look the same: {texts:?}");
}
