//! An integration that streams as many events as the client asks for, and limits how
//! many requests each client makes.

use portico::integration::{Request, Response};
use portico::{metrics, throttle};
use std::error::Error;

portico::integration!(answer);

fn answer(req: &Request, res: &mut Response) -> Result<(), Box<dyn Error>> {
    if let Some(wait) = throttle::take("clients", req.source_ip()?, 1)? {
        metrics::counter_add("limited_total", &[], 1.0)?;
        res.set_status(429)?;
        res.set_header("Retry-After", ((wait.as_millis() + 999) / 1000).to_string())?;
        return Ok(());
    }
    let events = match req.query_param("events")?.unwrap_or_default().parse::<u32>() {
        Ok(events) => events,
        Err(_) => return Ok(res.set_status(400)?),
    };
    res.set_header("Content-Type", "text/event-stream")?;
    for n in 0..events {
        res.write(format!("data: {n}\n\n"))?;
        res.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico::testing::{Gateway, Kind};

    fn gateway() -> Gateway {
        Gateway::new().bucket("clients", 0.5, 1).metric(Kind::Counter, "limited_total", &[])
    }

    #[test]
    fn events_are_streamed() {
        let answered = gateway().query("events=2").integrate(answer);
        assert_eq!(answered.response.body, b"data: 0\n\ndata: 1\n\n");
        assert!(answered.flushed);
    }

    #[test]
    fn a_request_without_a_number_is_a_bad_one() {
        assert_eq!(gateway().integrate(answer).response.status, 400);
    }

    #[test]
    fn who_asks_too_often_is_told_when_to_come_back() {
        let gateway = gateway().query("events=0");
        assert_eq!(gateway.integrate(answer).response.status, 200);
        let limited = gateway.integrate(answer).response;
        assert_eq!((limited.status, limited.header("retry-after")), (429, Some("2".into())));
        assert_eq!(gateway.measured("limited_total", &[]), 1.0);
    }
}
