//! {{name}} answers requests.

use portico::integration::{Request, Response};
use portico::Code;

portico::integration!(answer);

fn answer(req: &Request, res: &mut Response) -> Result<(), Code> {
    match req.query_param("name")? {
        Some(name) => res.write(format!("hello {name}\n")),
        None => {
            res.set_status(400)?;
            res.write("say who you are: ?name=\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico::testing::{self, Gateway};

    #[test]
    fn whoever_gives_a_name_is_greeted() {
        let answered = Gateway::new().query("name=world").integrate(answer);
        assert_eq!(answered.response, testing::Response::new(200, "hello world\n"));
    }

    #[test]
    fn whoever_does_not_is_asked_for_it() {
        assert_eq!(Gateway::new().integrate(answer).response.status, 400);
    }
}
