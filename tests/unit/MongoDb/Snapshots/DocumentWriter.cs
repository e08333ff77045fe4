using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>Changes collections with keys of all kinds at random: inserts, updates, replacements, deletes, transactions, inserts of several
/// documents, and dropped collections.</summary>
internal sealed class DocumentWriter(Random random, SnapshotFixture fixture)
{
    /// <summary>The collection of the mark that ends the history.</summary>
    public const string Marks = "marks";

    private const int Keys = 260;

    /// <summary>True to drop collections too.</summary>
    public bool Drops { get; init; } = true;

    /// <summary>Number of commands so far.</summary>
    public int Commands { get; private set; }

    /// <summary>Makes and fills the collections.</summary>
    public async Task BeginAsync(int documents, bool isSharded)
    {
        foreach (string collection in KeyKinds.All.Keys)
        {
            await FillAsync(collection, documents);
            if (isSharded)
            {
                await fixture.RunAsync(new Doc { { "shardCollection", $"shop.{collection}" }, { "key", new Doc { { "_id", "hashed" } } } });
            }
        }

        await fixture.RunAsync(new Doc { { "create", Marks } });
    }

#pragma warning disable CA5394 // The same history for the same seed is the point.
    /// <summary>Executes one random command or transaction.</summary>
    public async Task StepAsync()
    {
        Commands++;
        switch (random.Next(200))
        {
            case 0 when Drops:
                string dropped = Collection();
                await fixture.RunAsync(new Doc { { "drop", dropped } });
                await FillAsync(dropped, random.Next(40));
                break;
            case < 40:
                await fixture.Double.RunTransactionAsync("shop", [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Command())]);
                break;
            case < 60:
                await FillAsync(Collection(), random.Next(1, 5), random.Next(Keys));
                break;
            default:
                await fixture.RunAsync(Command());
                break;
        }
    }

    /// <summary>Ends the history.</summary>
    public Task EndAsync() => fixture.InsertAsync(Marks, new Doc { { "_id", 1 } });

    private Doc Command()
    {
        string collection = Collection();
        var query = new Doc { { "_id", new Doc { { "$in", new[] { KeyKinds.All[collection](random.Next(Keys)) } } } } };
        var id = new Doc { { "_id", KeyKinds.All[collection](random.Next(Keys)) } };
        int value = random.Next(1_000_000);
        switch (random.Next(10))
        {
            case < 3:
                Doc document = id.Clone();
                document.Add("v", value);
                document.Add("list", new object[] { 1, value, "x" });
                return Update(collection, id["_id"] is Doc ? query : id, document, upsert: id["_id"] is not Doc);
            case < 5:
                return Update(collection, query, new Doc { { "$set", new Doc { { "v", value }, { "n.x", value % 7 } } } });
            case 5:
                return Update(collection, query, new Doc { { "$unset", new Doc { { "n", "" } } }, { "$inc", new Doc { { "count", 1 } } } });
            case 6:
                return Update(collection, query, new Doc { { "$push", new Doc { { "list", value } } } });
            default:
                var delete = new Doc { { "q", query }, { "limit", 1 } };
                return new Doc { { "delete", collection }, { "deletes", new[] { delete } } };
        }
    }

    private string Collection() => KeyKinds.All.Keys.ElementAt(random.Next(KeyKinds.All.Count));
#pragma warning restore CA5394

    private static Doc Update(string collection, Doc query, Doc update, bool upsert = false)
    {
        var statement = new Doc { { "q", query }, { "u", update }, { "upsert", upsert } };
        return new Doc { { "update", collection }, { "updates", new[] { statement } } };
    }

    private async Task FillAsync(string collection, int documents, int from = 0)
    {
        IEnumerable<Doc> all = Enumerable.Range(from, documents).Select(number => new Doc
        {
            { "_id", KeyKinds.All[collection](number % Keys) }, { "v", number }, { "text", $"é{number}" },
        });
        try
        {
            await fixture.InsertAsync(collection, all.DistinctBy(static document => DocJson.Write(document["_id"])));
        }
        catch (CommandError e) when (e.Code == 11000)
        {
            // Some of the keys are there already.
        }
    }
}
