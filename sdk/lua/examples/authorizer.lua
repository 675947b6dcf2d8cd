-- Lets clients with the right token pass.
function authorize()
    local header = portico.header("authorization")
    local token = header and header:match("^Bearer (.+)$")
    if not token then
        return "unauthorized"
    end
    if not portico.equal(token, "letmein") then
        return "deny"
    end
    portico.context("tier", "gold")
    return "allow", "guest"
end
