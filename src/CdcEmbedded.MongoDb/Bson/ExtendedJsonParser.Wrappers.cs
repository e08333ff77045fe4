using System.Globalization;
using System.Text.Json;

namespace CdcEmbedded.MongoDb.Bson;

/// <content>The objects that stand for a type (Extended JSON specification, version 2, "Conversion table").</content>
internal ref partial struct ExtendedJsonParser
{
    // Stands on the object's first name; where it is a wrapper's, reads to the object's end.
    private bool TryParseWrapper(BsonName name)
    {
        var span = _reader.ValueSpan;
        if (span is not [(byte)'$', ..])
        {
            return false;
        }

        switch (Text())
        {
            case "$oid":
                _writer.WriteObjectId(name, ObjectId.Parse(OnlyText()));
                return true;
            case "$numberInt":
                _writer.WriteInt32(name, checked((int)Integer(OnlyText(), int.MinValue, int.MaxValue)));
                return true;
            case "$numberLong":
                _writer.WriteInt64(name, Integer(OnlyText(), long.MinValue, long.MaxValue));
                return true;
            case "$numberDouble":
                _writer.WriteDouble(name, ParseDouble(OnlyText()));
                return true;
            case "$numberDecimal":
                _writer.WriteDecimal128(name, Decimal128.Parse(OnlyText()));
                return true;
            case "$symbol":
                _writer.WriteText(BsonType.Symbol, name, OnlyText());
                return true;
            case "$date":
                _writer.WriteDateTime(name, Date());
                return true;
            case "$uuid":
                var uuid = OnlyText();
                _writer.WriteGuid(name, Guid.TryParseExact(uuid, "D", out var guid) ? guid : throw Wrong("$uuid", uuid));
                return true;
            default:
                return TryParseRarerWrapper(name);
        }
    }

    private bool TryParseRarerWrapper(BsonName name)
    {
        switch (Text())
        {
            case "$binary":
                ParseBinary(name);
                return true;
            case "$code":
                ParseCode(name);
                return true;
            case "$scope":
                ParseScopeFirst(name);
                return true;
            case "$timestamp":
                ParseTimestamp(name);
                return true;
            case "$regularExpression":
                ParseRegularExpression(name);
                return true;
            case "$dbPointer":
                ParseDBPointer(name);
                return true;
            case "$minKey":
                One("$minKey");
                _writer.WriteBare(BsonType.MinKey, name);
                return true;
            case "$maxKey":
                One("$maxKey");
                _writer.WriteBare(BsonType.MaxKey, name);
                return true;
            case "$undefined":
                Next();
                Expect(JsonTokenType.True);
                EndObject();
                _writer.WriteBare(BsonType.Undefined, name);
                return true;
            default:
                return false;
        }
    }

    private void ParseBinary(BsonName name)
    {
        var (base64, subtype) = OnlyTexts("base64", "subType");
        if (subtype.Length is 0 or > 2 || !byte.TryParse(subtype, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            throw Wrong("subType", subtype);
        }

        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
        {
            throw new FormatException("The text of $binary is not Base64.");
        }

        _writer.WriteBinary(name, bytes.AsSpan(0, length), code);
    }

    private void ParseRegularExpression(BsonName name)
    {
        var (pattern, options) = OnlyTexts("pattern", "options");
        var sorted = options.ToCharArray();
        Array.Sort(sorted);
        _writer.WriteRegularExpression(name, pattern, new string(sorted));
    }

    private void ParseCode(BsonName name)
    {
        Next();
        var code = TextValue();
        Next();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            _writer.WriteText(BsonType.JavaScript, name, code);
            return;
        }

        ExpectName("$scope");
        _writer.WriteCodeWithScope(name, code, Scope());
        EndObject();
    }

    private void ParseScopeFirst(BsonName name)
    {
        var scope = Scope();
        Next();
        ExpectName("$code");
        Next();
        _writer.WriteCodeWithScope(name, TextValue(), scope);
        EndObject();
    }

    // The scope is a document of its own until the code around it is written: its length stands behind the code's.
    private RawBson Scope()
    {
        Next();
        Expect(JsonTokenType.StartObject);
        Next();
        var scope = new BsonWriter();
        var parser = new ExtendedJsonParser(_reader, scope, _depth + _writer.Depth);
        parser.ParseFields();
        _reader = parser._reader;
        return scope.ToDocument();
    }

    private void ParseTimestamp(BsonName name)
    {
        uint? seconds = null, ordinal = null;
        Next();
        Expect(JsonTokenType.StartObject);
        for (Next(); _reader.TokenType != JsonTokenType.EndObject; Next())
        {
            var field = Text();
            Next();
            Expect(JsonTokenType.Number);
            if (!_reader.TryGetUInt32(out var number) || (field == "t" ? seconds : ordinal) is not null || field is not ("t" or "i"))
            {
                throw Wrong("$timestamp", field);
            }

            seconds = field == "t" ? number : seconds;
            ordinal = field == "i" ? number : ordinal;
        }

        _writer.WriteTimestamp(name, seconds is { } t && ordinal is { } i ? new BsonTimestamp(t, i) : throw Wrong("$timestamp", "half of it"));
        EndObject();
    }

    private void ParseDBPointer(BsonName name)
    {
        string? collection = null;
        ObjectId? id = null;
        Next();
        Expect(JsonTokenType.StartObject);
        for (Next(); _reader.TokenType != JsonTokenType.EndObject; Next())
        {
            var field = Text();
            Next();
            if (field == "$ref" && collection is null)
            {
                collection = TextValue();
            }
            else if (field == "$id" && id is null)
            {
                Expect(JsonTokenType.StartObject);
                Next();
                ExpectName("$oid");
                id = ObjectId.Parse(OnlyText());
            }
            else
            {
                throw Wrong("$dbPointer", field);
            }
        }

        _writer.WriteDBPointer(name, collection ?? throw Wrong("$dbPointer", "no $ref"), id ?? throw Wrong("$dbPointer", "no $id"));
        EndObject();
    }

    private long Date()
    {
        Next();
        if (_reader.TokenType == JsonTokenType.StartObject)
        {
            Next();
            ExpectName("$numberLong");
            var milliseconds = Integer(OnlyText(), long.MinValue, long.MaxValue);
            EndObject();
            return milliseconds;
        }

        var text = TextValue();
        EndObject();
        return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUnixTimeMilliseconds()
            : throw Wrong("$date", text);
    }

    private void One(string wrapper)
    {
        Next();
        Expect(JsonTokenType.Number);
        if (!_reader.TryGetInt32(out var number) || number != 1)
        {
            throw Wrong(wrapper, "a number other than 1");
        }

        EndObject();
    }

    // The value of a wrapper that has one text and nothing else.
    private string OnlyText()
    {
        Next();
        var text = TextValue();
        EndObject();
        return text;
    }

    // The value of a wrapper that has an object of two texts, in any order, and nothing else.
    private (string First, string Second) OnlyTexts(string first, string second)
    {
        string? one = null, two = null;
        Next();
        Expect(JsonTokenType.StartObject);
        for (Next(); _reader.TokenType != JsonTokenType.EndObject; Next())
        {
            var field = Text();
            Next();
            if (field == first && one is null)
            {
                one = TextValue();
            }
            else if (field == second && two is null)
            {
                two = TextValue();
            }
            else
            {
                throw new FormatException($"'{field}' does not belong beside {first} and {second}.");
            }
        }

        EndObject();
        return (one ?? throw new FormatException($"{first} is missing."), two ?? throw new FormatException($"{second} is missing."));
    }

    private readonly string TextValue()
    {
        Expect(JsonTokenType.String);
        return Text();
    }

    private readonly void Expect(JsonTokenType type)
    {
        if (_reader.TokenType != type)
        {
            throw new FormatException($"{type} was expected, not {_reader.TokenType}.");
        }
    }

    private readonly void ExpectName(string name)
    {
        if (_reader.TokenType != JsonTokenType.PropertyName || Text() != name)
        {
            throw new FormatException($"The name {name} was expected.");
        }
    }

    private void EndObject()
    {
        Next();
        Expect(JsonTokenType.EndObject);
    }

    private static long Integer(string text, long min, long max)
        => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Wrong(min == int.MinValue ? "$numberInt" : "$numberLong", text);
}
