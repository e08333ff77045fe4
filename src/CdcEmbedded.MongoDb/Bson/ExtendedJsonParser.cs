using System.Globalization;
using System.Text.Json;

namespace CdcEmbedded.MongoDb.Bson;

/// <summary>Reads extended JSON, canonical or relaxed, into a writer.</summary>
/// <remarks>An object whose first name is one of the specification's wrappers must be exactly such a wrapper; any other object is a document,
/// whatever its names begin with.</remarks>
internal ref partial struct ExtendedJsonParser
{
    // Canonical numbers put up to two more levels of JSON around each level of BSON.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = (BsonLength.MaxDepth * 2) + 8 };

    private readonly BsonWriter _writer;
    private readonly int _depth;
    private Utf8JsonReader _reader;

    public ExtendedJsonParser(ReadOnlySpan<byte> json, BsonWriter writer)
    {
        _reader = new Utf8JsonReader(json, Options);
        _writer = writer;
    }

    private ExtendedJsonParser(Utf8JsonReader reader, BsonWriter writer, int depth)
    {
        _reader = reader;
        _writer = writer;
        _depth = depth;
    }

    /// <summary>Reads the only value of the text.</summary>
    public void ParseWhole(BsonName name)
    {
        Next();
        ParseValue(name);
        if (_reader.Read())
        {
            throw new FormatException("Text follows the JSON value.");
        }
    }

    private void ParseValue(BsonName name)
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                ParseObject(name);
                break;
            case JsonTokenType.StartArray:
                ParseArray(name);
                break;
            case JsonTokenType.String:
                _writer.WriteString(name, Text());
                break;
            case JsonTokenType.Number:
                ParseNumber(name);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                _writer.WriteBoolean(name, _reader.GetBoolean());
                break;
            case JsonTokenType.Null:
                _writer.WriteNull(name);
                break;
            default:
                throw new FormatException($"A value was expected, not {_reader.TokenType}.");
        }
    }

    private void ParseObject(BsonName name)
    {
        Next();
        if (_reader.TokenType == JsonTokenType.PropertyName && TryParseWrapper(name))
        {
            return;
        }

        _writer.StartDocument(name);
        ParseFields();
        _writer.End();
    }

    // Stands on the first name, or on the end of an object without any.
    private void ParseFields()
    {
        CheckDepth();
        while (_reader.TokenType != JsonTokenType.EndObject)
        {
            var field = Text();
            Next();
            ParseValue(field);
            Next();
        }
    }

    private void ParseArray(BsonName name)
    {
        _writer.StartArray(name);
        CheckDepth();
        for (Next(); _reader.TokenType != JsonTokenType.EndArray; Next())
        {
            ParseValue(default);
        }

        _writer.End();
    }

    // Without point and exponent an integer, of the smallest type that holds it; else a double.
    private void ParseNumber(BsonName name)
    {
        if (_reader.TryGetInt32(out var small))
        {
            _writer.WriteInt32(name, small);
        }
        else if (_reader.TryGetInt64(out var large))
        {
            _writer.WriteInt64(name, large);
        }
        else
        {
            var number = _reader.GetDouble();
            _writer.WriteDouble(name, double.IsFinite(number) ? number : throw new FormatException("A number is too large for a double."));
        }
    }

    private void Next()
    {
        if (!_reader.Read())
        {
            throw new FormatException("The JSON ends too early.");
        }
    }

    private readonly string Text() => _reader.GetString() ?? throw new FormatException("A text was expected, not null.");

    private readonly void CheckDepth()
    {
        if (_depth + _writer.Depth > BsonLength.MaxDepth + 1)
        {
            throw new FormatException($"Documents nest deeper than {BsonLength.MaxDepth} levels.");
        }
    }

    private static double ParseDouble(string text) => text switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw Wrong("$numberDouble", text),
    };

    private static FormatException Wrong(string wrapper, string text) => new($"'{text}' is no value for {wrapper}.");
}
