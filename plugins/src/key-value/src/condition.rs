use portico::integration::Request;
use portico::Code;

/// What a request wants the value to be: its headers If-Match and If-None-Match (RFC 9110,
/// section 13.1).
#[derive(Debug, Default)]
pub struct Condition {
    matches: Option<String>,
    differs: Option<String>,
}

impl Condition {
    pub fn of(req: &Request) -> Result<Condition, Code> {
        Ok(Condition { matches: req.header("if-match")?, differs: req.header("if-none-match")? })
    }

    pub fn is_none(&self) -> bool {
        self.matches.is_none() && self.differs.is_none()
    }

    /// Whether a value of this tag, or none, may be changed.
    pub fn holds(&self, tag: Option<&str>) -> bool {
        self.matches(tag) && self.differs(tag)
    }

    /// Whether If-Match holds. A weak tag is none that it names.
    pub fn matches(&self, tag: Option<&str>) -> bool {
        self.matches.as_ref().map_or(true, |list| names(list, tag, false))
    }

    /// Whether If-None-Match holds, for which a weak tag is as good.
    pub fn differs(&self, tag: Option<&str>) -> bool {
        self.differs.as_ref().map_or(true, |list| !names(list, tag, true))
    }
}

/// Whether a list of tags names one; `*` names any.
fn names(list: &str, tag: Option<&str>, weak: bool) -> bool {
    let tag = match tag {
        Some(tag) => tag,
        None => return false,
    };
    let same = |one: &str| one == tag || weak && one.strip_prefix("W/") == Some(tag);
    list.trim() == "*" || list.split(',').any(|one| same(one.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_as_rfc_9110_says() {
        let a = Some("\"a\"");
        for (matches, differs, tag, want) in [
            (None, None, a, true),
            (None, None, None, true),
            (Some("\"a\""), None, a, true),
            (Some("\"b\", \"a\""), None, a, true),
            (Some("\"b\",W/\"a\""), None, a, false),
            (Some(""), None, a, false),
            (Some("*"), None, a, true),
            (Some("*"), None, None, false),
            (Some("\"a\""), None, None, false),
            (None, Some("\"a\""), a, false),
            (None, Some("W/\"a\""), a, false),
            (None, Some("\"b\""), a, true),
            (None, Some("*"), a, false),
            (None, Some("*"), None, true),
            (Some("\"a\""), Some("\"a\""), a, false),
        ] {
            let c = Condition { matches: matches.map(Into::into), differs: differs.map(Into::into) };
            assert_eq!(c.holds(tag), want, "{c:?} {tag:?}");
        }
    }
}
