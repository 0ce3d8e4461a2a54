//! The page that streams itself: without scripts the document stays open while the model answers.

use std::time::Duration;

use futures::StreamExt as _;
use reqwest::Method;
use scraper::{Html, Selector};

use crate::support::TestApp;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a browser shows of the answer: blocks and the last open end. CSS hides the earlier ones.
fn shown(page: &str) -> String {
    let page = Html::parse_document(page);
    let blocks = Selector::parse(".message--assistant [data-part=blocks] > *").unwrap();
    let mut text = String::new();
    for block in page.select(&blocks) {
        if block.value().classes().any(|class| class == "t")
            && block.next_siblings().any(|next| next.value().is_element())
        {
            continue;
        }
        text.extend(block.text());
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_page_grows_while_the_model_answers_and_ends_as_it_is_stored() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let model = "simulated/tokens:n=300,ms=4";
    let fields = [("content", "go"), ("model", model), ("key", "k")];
    let chat = ada.submits("/c/new", &fields).await.location().unwrap().to_owned();
    let request = ada.request(Method::GET, &format!("{chat}?stream=html"));
    let answer = request.header("accept-encoding", "gzip, br").send().await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(!answer.headers().contains_key("content-encoding"));
    assert_eq!(answer.headers()["x-accel-buffering"], "no");
    assert!(answer.headers().contains_key("content-security-policy"));
    let mut body = answer.bytes_stream();
    let (mut page, mut growth) = (String::new(), Vec::new());
    while let Some(chunk) = tokio::time::timeout(PATIENCE, body.next()).await.expect("the page is stuck") {
        if page.is_empty() {
            assert_eq!(server.app.replies.count(), 1, "the first piece comes before the answer is complete");
        }
        page.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        growth.push(shown(&page).len());
    }
    assert!(growth.windows(2).filter(|two| two[1] > two[0]).count() >= 3, "{growth:?}");
    assert!(page.ends_with("</html>"));
    let (composer, log) = (page.find("id=\"compose\"").unwrap(), page.find("id=\"log\"").unwrap());
    let stop = page.find("/cancellation").expect("it can be stopped while it streams");
    assert!(composer < log && stop < log, "what can be used comes first");
    assert!(!page.contains("http-equiv=\"refresh\"") && !page.contains("hx-sse:connect"));
    assert!(page.contains("data-ended"), "it says how it ended");
    let reloaded = ada.opens(&chat).await;
    assert_eq!(shown(&page), shown(&reloaded.text));
    // Long after, the same address is an ordinary page.
    let later = ada.opens(&format!("{chat}?stream=html")).await;
    assert_eq!(shown(&later.text), shown(&reloaded.text));
}

#[tokio::test]
async fn a_rich_answer_that_streamed_itself_reads_as_a_reload_does() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    for model in ["simulated/essay:ms=1", "simulated/thinking:ms=1"] {
        let fields = [("content", "rivers"), ("model", model)];
        let chat = ada.submits("/c/new", &fields).await.location().unwrap().to_owned();
        let streamed = ada.opens(&format!("{chat}?stream=html")).await;
        let reloaded = ada.opens(&chat).await;
        // A document can't be taken back: a note whose text comes later stays as it was written.
        let streamed = shown(&streamed.text).replace("[^log]", "1").replace("[^twice]", "2");
        assert_eq!(streamed, shown(&reloaded.text), "{model}");
    }
}

/// What is cut while it streams becomes fewer blocks in the end; the document has them all, and none twice.
#[tokio::test]
async fn nothing_is_missing_from_a_page_that_streamed_what_had_to_be_cut() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let quote = "> A line of a quote that is far too long to be drawn again with each word.\n".repeat(90);
    let notes = "[^a]: first\n[^b]: second\n[^c]: third\n";
    let text = format!(
        "{quote}\nOne.[^b]\n\n- two\n\n{quote}\nThree.[^a] Four.[^c]\n\n[^d]: in between\n\nFive.[^d]\n\n{notes}"
    );
    let fields = [("content", text.as_str()), ("model", "simulated/echo:ms=2")];
    let chat = ada.submits("/c/new", &fields).await.location().unwrap().to_owned();
    let streamed = shown(&ada.opens(&format!("{chat}?stream=html")).await.text);
    let reloaded = shown(&ada.opens(&chat).await.text);
    let letters = |text: &str| {
        let mut letters: Vec<_> = text.chars().filter(|c| !c.is_whitespace()).collect();
        // The notes are in the order of their marks in the end, and in the order they came in before.
        letters.sort_unstable();
        letters.into_iter().collect::<String>()
    };
    let numbered =
        streamed.replace("[^b]", "1").replace("[^a]", "2").replace("[^c]", "3").replace("[^d]", "4");
    assert_eq!(letters(&numbered), letters(&reloaded));
}

#[tokio::test]
async fn hanging_up_on_the_page_stops_nothing() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let fields = [("content", "go"), ("model", "simulated/tokens:n=100,ms=5")];
    let chat = ada.submits("/c/new", &fields).await.location().unwrap().to_owned();
    for _ in 0..5 {
        let answer = ada.request(Method::GET, &format!("{chat}?stream=html")).send().await.unwrap();
        answer.bytes_stream().next().await.unwrap().unwrap();
    }
    let page = ada.opens(&format!("{chat}?stream=html")).await;
    assert!(page.text.ends_with("</html>"));
    assert_eq!(server.upstream().await["calls"], 1);
    assert_eq!(ada.opens(&chat).await.count(".problem, .outcome"), 0, "it completed");
}

#[tokio::test]
async fn stopping_ends_the_page_that_streams_itself() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let fields = [("content", "go"), ("model", "simulated/tokens:n=5000,ms=10")];
    let chat = ada.submits("/c/new", &fields).await.location().unwrap().to_owned();
    let answer = ada.request(Method::GET, &format!("{chat}?stream=html")).send().await.unwrap();
    let mut body = answer.bytes_stream();
    let mut page = String::new();
    while shown(&page).len() < 50 {
        page.push_str(std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap());
    }
    let stop = crate::support::Document {
        status: reqwest::StatusCode::OK,
        headers: reqwest::header::HeaderMap::new(),
        text: page.clone(),
    };
    ada.submits(&stop.attribute("#composer-stop form", "action"), &[]).await;
    while let Some(chunk) = tokio::time::timeout(PATIENCE, body.next()).await.expect("the page is stuck") {
        page.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
    }
    assert!(page.ends_with("</html>") && page.contains("class=\"outcome\""));
    assert_eq!(shown(&page), shown(&ada.opens(&chat).await.text));
}
