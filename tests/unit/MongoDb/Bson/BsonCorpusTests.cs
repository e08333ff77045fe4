using System.Globalization;
using System.Text.Json;
using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Tests.Bson;

/// <summary>The bson-corpus of the driver specifications: each case of each file. Conversions of deprecated types (converted_bson) are for
/// drivers without those types; this one keeps them.</summary>
public sealed class BsonCorpusTests
{
    public static TheoryData<string> Files =>
    [
        "array", "binary", "boolean", "code", "code_w_scope", "datetime", "dbpointer", "dbref", "decimal128-1", "decimal128-2", "decimal128-3",
        "decimal128-4", "decimal128-5", "decimal128-6", "decimal128-7", "document", "double", "int32", "int64", "maxkey", "minkey",
        "multi-type-deprecated", "multi-type", "null", "oid", "regex", "string", "symbol", "timestamp", "top", "undefined",
    ];

    [Fact]
    public void Every_file_of_the_corpus_is_run()
    {
        var there = Directory.GetFiles(SpecFiles.Folder("bson-corpus/tests"), "*.json").Select(Path.GetFileNameWithoutExtension).Order();
        Assert.Equal(Files.Select(row => row.Data).Order(), there);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Valid_cases_survive_every_way_round(string file) => ForEach(file, "valid", (test, _) =>
    {
        var lossy = test.TryGetProperty("lossy", out var flag) && flag.GetBoolean();
        var canonicalBson = Text(test, "canonical_bson");
        var canonicalJson = Text(test, "canonical_extjson");
        var document = Document(canonicalBson);
        document.Validate();

        Same(canonicalBson, TypedCopy.Of(document));
        JsonTexts.AssertSame(canonicalJson, document.ToJson(ExtendedJsonMode.Canonical));
        JsonTexts.AssertSame(canonicalJson, RawBson.Parse(canonicalJson).ToJson(ExtendedJsonMode.Canonical));
        if (!lossy)
        {
            Same(canonicalBson, RawBson.Parse(canonicalJson));
        }

        if (test.TryGetProperty("relaxed_extjson", out var relaxed))
        {
            JsonTexts.AssertSame(relaxed.GetString()!, document.ToJson());
            JsonTexts.AssertSame(relaxed.GetString()!, RawBson.Parse(relaxed.GetString()!).ToJson());
        }

        if (test.TryGetProperty("degenerate_extjson", out var oddJson))
        {
            JsonTexts.AssertSame(canonicalJson, RawBson.Parse(oddJson.GetString()!).ToJson(ExtendedJsonMode.Canonical));
            if (!lossy)
            {
                Same(canonicalBson, RawBson.Parse(oddJson.GetString()!));
            }
        }

        if (test.TryGetProperty("degenerate_bson", out var oddBson))
        {
            Same(canonicalBson, TypedCopy.Of(Document(oddBson.GetString()!)));
            JsonTexts.AssertSame(canonicalJson, Document(oddBson.GetString()!).ToJson(ExtendedJsonMode.Canonical));
        }
    });

    [Theory]
    [MemberData(nameof(Files))]
    public void Valid_cases_read_as_records(string file) => ForEach(file, "valid", (test, _) =>
    {
        var document = Document(Text(test, "canonical_bson"));
        var record = document.ToRecord();
        Assert.Equal(document.Count(), record.Count);
        foreach (var field in record)
        {
            Assert.False(field.Value.IsAbsent);
            Assert.Equal(field.Value.ToString(), record[field.Name].ToString());
            Assert.Equal(field.Value.ToString(), field.Value.Detach().ToString());
        }

        Assert.True(RawBson.TryFrom(record.Detach(), out var copy));
        Assert.Equal(document, copy);
    });

    [Theory]
    [MemberData(nameof(Files))]
    public void Damaged_bytes_give_the_typed_exception(string file) => ForEach(file, "decodeErrors", (test, _)
        => Assert.Throws<CdcProtocolException>(() => Document(Text(test, "bson")).Validate()));

    [Theory]
    [MemberData(nameof(Files))]
    public void Wrong_texts_are_refused(string file) => ForEach(file, "parseErrors", (test, isDecimal) =>
    {
        var text = Text(test, "string");
        if (isDecimal)
        {
            Assert.Throws<FormatException>(() => Decimal128.Parse(text));
            return;
        }

        Assert.Throws<FormatException>(() => RawBson.Parse(text));
    });

    private static void ForEach(string file, string section, Action<JsonElement, bool> check)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SpecFiles.Folder("bson-corpus/tests"), file + ".json")));
        var isDecimal = Text(json.RootElement, "bson_type") == "0x13";
        if (!json.RootElement.TryGetProperty(section, out var tests))
        {
            return;
        }

        foreach (var test in tests.EnumerateArray())
        {
            try
            {
                check(test, isDecimal);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{file}, {section}: {Text(test, "description")}: {e.Message}", e);
            }
        }
    }

    private static RawBson Document(string hex) => new(Convert.FromHexString(hex));

    private static void Same(string hex, RawBson actual)
        => Assert.Equal(hex.ToUpper(CultureInfo.InvariantCulture), Convert.ToHexString(actual.Bytes.Span));

    private static string Text(JsonElement test, string name) => test.GetProperty(name).GetString() ?? "";
}
