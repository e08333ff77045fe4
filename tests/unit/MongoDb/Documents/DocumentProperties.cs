using System.Text.Json;
using CdcEmbedded.MongoDb.Documents;
using FsCheck;
using FsCheck.Fluent;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Documents;

public sealed class DocumentProperties
{
    private static readonly Config Quick = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private const string JsonSigns = "{}[]\"$:,.0123456789eE-ntu";

    private static Arbitrary<int> Seeds => Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void Random_documents_survive_reading_and_writing() => Prop.ForAll(Seeds, seed =>
    {
        var document = RandomDocument.Make(seed);
        document.Validate();
        return new RawBson(document.ToRecord().ToBsonDocument().ToBson()) == document
            && new RawBson(document.ToRecord().ToRawBsonDocument().ToBson()) == document
            && RawBson.Parse(document.ToJson(ExtendedJsonMode.Canonical)) == document;
    }).Check(Quick);

    [Fact]
    public void Relaxed_text_is_stable_and_valid_json() => Prop.ForAll(Seeds, seed =>
    {
        var text = RandomDocument.Make(seed).ToJson();
        using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 500 });
        return RawBson.Parse(text).ToJson() == text;
    }).Check(Quick);

    [Fact]
    public void A_document_equals_its_copy_and_shares_its_hash() => Prop.ForAll(Seeds, seed =>
    {
        var document = RandomDocument.Make(seed);
        var copy = document.Detach();
        return DocumentEquality.AreEqual(document, copy) && DocumentEquality.Hash(document) == DocumentEquality.Hash(copy);
    }).Check(Quick);

    [Fact]
    public void Mutated_bytes_read_or_give_the_typed_exception() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        var bytes = RandomDocument.Make(random.Next()).Bytes.ToArray();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        ReadEverything(bytes);
        ReadEverything(bytes[..random.Next(bytes.Length)]);
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [Fact]
    public void Mutated_text_parses_or_gives_the_format_exception() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        var text = RandomDocument.Make(random.Next()).ToJson((ExtendedJsonMode)random.Next(2)).ToCharArray();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            text[random.Next(text.Length)] = random.Next(3) == 0 ? (char)random.Next(char.MaxValue)
                : JsonSigns[random.Next(JsonSigns.Length)];
        }

        try
        {
            RawBson.Parse(new string(text)).Validate();
        }
        catch (FormatException)
        {
            // What wrong text is for.
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    // Each way of reading on its own, as a fault in one must not keep the others from meeting theirs.
    private static void ReadEverything(byte[] bytes)
    {
        Attempt(() => new RawBson(bytes).Validate());
        Attempt(() => new RawBson(bytes).ToJson());
        Attempt(() => new RawBson(bytes).ToJson(ExtendedJsonMode.Canonical));
        Attempt(() => DocumentEquality.Hash(new RawBson(bytes)));
        Attempt(() => DocumentEquality.AreEqual(new RawBson(bytes), new RawBson(bytes)));
        Attempt(() => new RawBson(bytes).IsTrue("a"u8));
        Attempt(() => ReadRecord(new RawBson(bytes).ToRecord()));
    }

    private static void ReadRecord(DataRecord record)
    {
        foreach (var field in record)
        {
            Attempt(() => field.Value.ToString());
            Attempt(() => record[field.Name].ToString());
            if (field.Value.Kind is ValueKind.Document or ValueKind.Array)
            {
                Attempt(() => ReadRecord(field.Value.AsRecord()));
            }
        }
    }

    private static void Attempt(Action read)
    {
        try
        {
            read();
        }
        catch (CdcProtocolException)
        {
            // What damaged bytes are for.
        }
    }
}
