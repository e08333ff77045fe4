using System.Globalization;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>
/// Writes to the double at a rate: operation n inserts <c>{ _id: n, seq: n }</c>, or sets <c>seq: n</c> on an earlier document, or deletes
/// one. Which, follows from the seed alone, so that a test can work out what a reader must have seen.
/// </summary>
internal sealed class Producer(MongoDouble deployment, CommandLineOptions options)
{
    private static readonly TimeSpan _pace = TimeSpan.FromMilliseconds(10);
#pragma warning disable CA5394 // The same numbers for the same seed are the point.
    private readonly Random _random = new(options.Seed);
#pragma warning restore CA5394
    private readonly List<int> _alive = [];

    public async Task RunAsync(CancellationToken stopping)
    {
        if (options.Images)
        {
            await deployment.RunAsync(options.Database, new Doc
            {
                { "create", options.Collection }, { "changeStreamPreAndPostImages", new Doc { { "enabled", true } } },
            });
        }

        TimeProvider time = deployment.Options.Time;
        long start = time.GetTimestamp();
        int written = 0;
        while (!stopping.IsCancellationRequested && (options.Count == 0 || written < options.Count))
        {
            int due = options.PerSecond == 0 ? int.MaxValue : (int)(time.GetElapsedTime(start).TotalSeconds * options.PerSecond);
            while (written < due && (options.Count == 0 || written < options.Count) && !stopping.IsCancellationRequested)
            {
                await WriteAsync(ref written);
            }

            await Task.WhenAny(Task.Delay(_pace, time, stopping));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"DONE {written}"));
    }

    private Task WriteAsync(ref int written)
    {
#pragma warning disable CA5394
        bool together = _random.Next(100) < options.TransactionPercent;
#pragma warning restore CA5394
        int size = together ? 3 : 1;
        Doc[] commands = [.. Enumerable.Range(written + 1, size).Select(Next)];
        int before = written;
        written += size;
        if (written / 1000 > before / 1000)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"PRODUCED {written}"));
        }

        return together ? deployment.RunTransactionAsync(options.Database, commands) : deployment.RunAsync(options.Database, commands[0]);
    }

    private Doc Next(int number)
    {
#pragma warning disable CA5394
        int draw = _random.Next(10);
        int at = _alive.Count == 0 ? -1 : _random.Next(_alive.Count);
#pragma warning restore CA5394
        if (at < 0 || draw < 4)
        {
            _alive.Add(number);
            var document = new Doc { { "_id", number }, { "seq", number } };
            return new Doc { { "insert", options.Collection }, { "documents", new[] { document } } };
        }

        var filter = new Doc { { "_id", _alive[at] } };
        if (draw < 9)
        {
            var update = new Doc { { "q", filter }, { "u", new Doc { { "$set", new Doc { { "seq", number } } } } } };
            return new Doc { { "update", options.Collection }, { "updates", new[] { update } } };
        }

        _alive.RemoveAt(at);
        return new Doc { { "delete", options.Collection }, { "deletes", new[] { new Doc { { "q", filter }, { "limit", 1 } } } } };
    }
}
