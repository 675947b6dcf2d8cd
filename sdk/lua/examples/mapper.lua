-- Refuses what is not JSON, and tells clients which version answered.
function map_request()
    if portico.field("method") == "GET" then
        return
    end
    local kind = portico.header("content-type") or ""
    if not kind:lower():match("^application/json") then
        portico.respond(415, "send JSON\n")
        return true
    end
end

function map_response()
    portico.set_header("server", nil, "response")
    portico.set_header("x-version", portico.param("stage", "version") or "none", "response")
end
