-- Misbehaves as the path says.
local moods = {}

moods["/error"] = function() error("on purpose") end
moods["/caught"] = function() return not pcall(error, "on purpose") end
moods["/gateway"] = function() portico.set_header("Host", "other") end -- EPERM
moods["/loop"] = function() while true do end end
moods["/recursion"] = function()
    local function deeper(n) return 1 + deeper(n + 1) end
    return not pcall(deeper, 0)
end
moods["/memory"] = function()
    return not pcall(function()
        local t = {}
        while true do t[#t + 1] = ("x"):rep(1 << 20) .. #t end
    end)
end
moods["/long"] = function() return #portico.header("x-long") == 5000 end
moods["/coroutine"] = function()
    local c = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
    return c() + c() + c() == 6
end
moods["/sandbox"] = function() return io == nil and os == nil and require == nil and dofile == nil and loadfile == nil end

function map_request()
    return moods[portico.field("path")]()
end

function authorize()
    return "perhaps"
end

function integrate()
    portico.respond(201, portico.config() .. portico.param("query", "q") .. tostring(portico.param("query", "none")))
end
