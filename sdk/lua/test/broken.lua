function authorize()
    return "allow
end
