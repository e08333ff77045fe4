using System.Text.Json;
using CdcEmbedded.MongoDb.Bson;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MongoDb.Tests.Bson;

public sealed class BsonPropertyTests
{
    private static readonly Config Quick = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private const string JsonSigns = "{}[]\"$:,.0123456789eE-ntu";

    private static Arbitrary<int> Seeds => Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void Random_documents_survive_reading_and_writing() => Prop.ForAll(Seeds, seed =>
    {
        var document = RandomBson.Document(seed);
        document.Validate();
        return TypedCopy.Of(document) == document
            && RawBson.Parse(document.ToJson(ExtendedJsonMode.Canonical)) == document;
    }).Check(Quick);

    [Fact]
    public void Relaxed_text_is_stable_and_valid_json() => Prop.ForAll(Seeds, seed =>
    {
        var text = RandomBson.Document(seed).ToJson();
        using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 500 });
        return RawBson.Parse(text).ToJson() == text;
    }).Check(Quick);

    [Fact]
    public void A_document_equals_its_copy_and_shares_its_hash() => Prop.ForAll(Seeds, seed =>
    {
        var document = RandomBson.Document(seed);
        var copy = document.Detach();
        return BsonEquality.Instance.Equals(document, copy)
            && BsonEquality.Instance.GetHashCode(document) == BsonEquality.Instance.GetHashCode(copy);
    }).Check(Quick);

    [Fact]
    public void Mutated_bytes_read_or_give_the_typed_exception() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        var bytes = RandomBson.Document(random.Next()).Bytes.ToArray();
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
        var text = RandomBson.Document(random.Next()).ToJson((ExtendedJsonMode)random.Next(2)).ToCharArray();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            text[random.Next(text.Length)] = random.Next(3) == 0 ? (char)random.Next(char.MaxValue) : JsonSigns[random.Next(JsonSigns.Length)];
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

    [Fact]
    public void A_decimal_of_any_128_bits_prints_and_parses_to_an_equal_one() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        var high = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        var number = new Decimal128(random.Next(2) == 0 ? high : high & ~0x1FFFFFFFFFFFFUL, (ulong)random.NextInt64() >> random.Next(64));
        var back = Decimal128.Parse(number.ToString());
        return back == number && back.GetHashCode() == number.GetHashCode() && back.ToString() == number.ToString();
    }).Check(Quick);

    // Each way of reading on its own, as a fault in one must not keep the others from meeting theirs.
    private static void ReadEverything(byte[] bytes)
    {
        Attempt(() => new RawBson(bytes).Validate());
        Attempt(() => new RawBson(bytes).ToJson());
        Attempt(() => new RawBson(bytes).ToJson(ExtendedJsonMode.Canonical));
        Attempt(() => TypedCopy.Of(new RawBson(bytes)));
        Attempt(() => BsonEquality.Instance.GetHashCode(new RawBson(bytes)));
        Attempt(() => BsonEquality.Instance.Equals(new RawBson(bytes), new RawBson(bytes)));
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
