using System.Text.Json;
using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace CdcEmbedded.MongoDb.Tests.Documents;

/// <summary>The bson-corpus of the driver specifications: each case of each file through the span reader, the JSON writer and the driver's
/// documents. What the driver's own parser and writer do is its tests' business.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Files =>
    [
        "array", "binary", "boolean", "code", "code_w_scope", "datetime", "dbpointer", "dbref", "decimal128-1", "decimal128-2",
            "decimal128-3",
        "decimal128-4", "decimal128-5", "decimal128-6", "decimal128-7", "document", "double", "int32", "int64", "maxkey", "minkey",
        "multi-type-deprecated", "multi-type", "null", "oid", "regex", "string", "symbol", "timestamp", "top", "undefined",
    ];

    private static readonly BsonBinaryWriterSettings Exact = new() { FixOldBinarySubTypeOnOutput = false };

    [Fact]
    public void Every_file_of_the_corpus_is_run()
    {
        var there = Directory.GetFiles(SpecFiles.Folder("bson-corpus/tests"), "*.json").Select(Path.GetFileNameWithoutExtension).Order();
        Assert.Equal(Files.Select(row => row.Data).Order(), there);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Valid_cases_print_as_extended_json(string file) => ForEach(file, "valid", test =>
    {
        var canonicalJson = Text(test, "canonical_extjson");
        var document = Document(Text(test, "canonical_bson"));
        document.Validate();
        JsonTexts.AssertSame(canonicalJson, document.ToJson(ExtendedJsonMode.Canonical));
        if (test.TryGetProperty("relaxed_extjson", out var relaxed))
        {
            JsonTexts.AssertSame(relaxed.GetString()!, document.ToJson());
        }

        if (test.TryGetProperty("degenerate_bson", out var degenerate))
        {
            JsonTexts.AssertSame(canonicalJson, Document(degenerate.GetString()!).ToJson(ExtendedJsonMode.Canonical));
        }
    });

    [Theory]
    [MemberData(nameof(Files))]
    public void Valid_cases_reach_the_driver_byte_by_byte(string file) => ForEach(file, "valid", test =>
    {
        var hex = Text(test, "canonical_bson");
        var record = Document(hex).ToRecord();
        if (record.Any(static field => field.Value.Kind == ValueKind.SourceSpecific
            && field.Value.SourceType == (byte)ElementType.DBPointer))
        {
            // The driver does not know the type; the raw document still has its bytes.
            Assert.Throws<FormatException>(() => record.ToBsonDocument());
            Assert.Equal(hex, Convert.ToHexString(record.SourceBytes.Span), ignoreCase: true);
            return;
        }

        // The driver reads the double -0.0 as 0.
        var expectedHex = file == "double" ? hex.Replace("0000000000000080", "0000000000000000", StringComparison.Ordinal) : hex;
        Assert.Equal(expectedHex, Convert.ToHexString(record.ToBsonDocument().ToBson(writerSettings: Exact)), ignoreCase: true);
        Assert.Equal(hex, Convert.ToHexString(record.ToRawBsonDocument().ToBson(writerSettings: Exact)), ignoreCase: true);
        var decoded = record.ToBsonDocument();
        foreach (var field in record)
        {
            var expected = decoded[field.Name];
            Assert.Equal(expected.IsInt32 ? new BsonInt64(expected.AsInt32) : expected is BsonSymbol symbol ? symbol.Name : expected,
                field.Value.ToBsonValue());
        }
    });

    [Theory]
    [MemberData(nameof(Files))]
    public void Valid_cases_read_as_records(string file) => ForEach(file, "valid", test =>
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
    public void Damaged_bytes_give_the_typed_exception(string file) => ForEach(file, "decodeErrors", test
        => Assert.Throws<CdcProtocolException>(() => Document(Text(test, "bson")).Validate()));

    private static void ForEach(string file, string section, Action<JsonElement> check)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SpecFiles.Folder("bson-corpus/tests"), file + ".json")));
        if (!json.RootElement.TryGetProperty(section, out var tests))
        {
            return;
        }

        foreach (var test in tests.EnumerateArray())
        {
            try
            {
                check(test);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{file}, {section}: {Text(test, "description")}: {e.Message}", e);
            }
        }
    }

    private static RawBson Document(string hex) => new(Convert.FromHexString(hex));

    private static string Text(JsonElement test, string name) => test.GetProperty(name).GetString() ?? "";
}
