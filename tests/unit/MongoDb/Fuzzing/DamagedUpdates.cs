using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Tests.Documents;
using CdcEmbedded.Tests.Fuzzing;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Fuzzing;

/// <summary>Descriptions of updates, damaged and not, applied to documents that they fit or not.</summary>
internal sealed class DamagedUpdates : FuzzTarget
{
    private static readonly string[] _names = ["a", "b", "", "0", "1", "01", "$x", "a.b", "é", "2000000000", "-1", "_id"];

    // An update may make an array as long as the largest that a document holds.
    public override long MaxAllocated => 1024L * 1024 * 1024;

    public override int Run(Random random)
    {
        var before = new BsonDocument { AllowDuplicateNames = true };
        before.AddRange(Fields(random, 3));
        var update = new BsonDocument
        {
            { "updatedFields", new BsonDocument(Paths(random).Select(path => new BsonElement(path, random.Next(9)))) },
            { "removedFields", new BsonArray(Paths(random)) },
        };
        if (random.Next(2) == 0)
        {
            update.Add("truncatedArrays", new BsonArray(Paths(random).Select(
                path => new BsonDocument { { "field", path }, { "newSize", random.Next(3) } })));
        }

        if (random.Next(2) == 0)
        {
            update.Add("disambiguatedPaths", new BsonDocument(Paths(random).Select(path => new BsonElement(path, Parts(random, path)))));
        }

        for (var changes = random.Next(3); changes > 0; changes--)
        {
            DamagedBson.Change(random, update);
        }

        var description = DamagedBson.Bytes(random, update, before);
        var document = DamagedBson.Bytes(random, before, update);
        try
        {
            var read = new UpdateDescription(new RawBson(description));
            _ = read.ChangedFields();
            new RawBson(read.Apply(new RawBson(document).ToRecord()).SourceBytes.ToArray()).Validate();
        }
        catch (CdcException)
        {
            // It does not fit, or is damaged.
        }

        return description.Length + document.Length;
    }

    private static IEnumerable<BsonElement> Fields(Random random, int depth)
    {
        for (var count = random.Next(4); count > 0; count--)
        {
            yield return new BsonElement(_names[random.Next(_names.Length)], Value(random, depth));
        }
    }

    private static BsonValue Value(Random random, int depth) => random.Next(depth > 0 ? 4 : 2) switch
    {
        0 => random.Next(5),
        1 => BsonNull.Value,
        2 => new BsonArray(Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1))),
        _ => new BsonDocument { AllowDuplicateNames = true }.AddRange(Fields(random, depth - 1)),
    };

    private static List<string> Paths(Random random) => [.. Enumerable.Range(0, random.Next(3)).Select(_ => Path(random)).Distinct()];

    private static string Path(Random random)
        => string.Join('.', Enumerable.Range(0, random.Next(1, 4)).Select(_ => _names[random.Next(_names.Length)]));

    private static BsonArray Parts(Random random, string path) => new(path.Split('.').Select(
        part => random.Next(2) == 0 && int.TryParse(part, out var place) ? (BsonValue)place : part));
}
