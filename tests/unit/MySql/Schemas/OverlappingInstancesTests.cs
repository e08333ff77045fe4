using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.MySql.Tests.Schemas;

/// <summary>Two instances under one name, as in a rolling deployment: whoever stores the offset finds the table schemas that
/// belong to it.</summary>
public sealed class OverlappingInstancesTests
{
    private static readonly (long End, string Sql)[] Log =
    [
        (100, "ALTER TABLE t CHANGE c0 c1 INT"),
        (200, "ALTER TABLE t CHANGE c1 c2 INT"),
    ];

    // The same log as an instance with other filters, or of another version, sees it.
    private static readonly (long End, string Sql)[] OtherLog = [Log[0], (150, "CREATE TABLE other (a INT)"), Log[1]];

    [Fact]
    public async Task An_instance_that_was_ahead_keeps_its_versions_while_another_one_starts_at_the_older_offset()
    {
        var store = new InMemoryOffsetStore();
        var first = new OverlappingInstance(store, Log, Knowing("c0"));
        await first.StartAsync();
        await first.ReadAsync(2);
        var second = new OverlappingInstance(store, OtherLog, new SchemaSourceDouble());
        await second.StartAsync();
        await second.ReadAsync(2);
        await first.StoreAsync();

        await Assert.ThrowsAsync<OffsetConflictException>(async () => await second.StoreAsync());

        Assert.Equal("c2", await ColumnAfterRestartAsync(store));
    }

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, true)]
    [InlineData(1, 3, true)]
    public async Task In_every_interleaving_of_two_instances_the_stored_offset_knows_its_columns_after_each_step(
        int firstStores, int secondStores, bool isOther)
    {
        var schedules = 0;
        var pending = new Stack<List<int>>();
        pending.Push([]);
        while (pending.TryPop(out var prefix))
        {
            var store = new SteppedStore();
            await new OverlappingInstance(store.Direct, Log, Knowing("c0")).StartAsync();
            var lanes = new[] { store.Lane(), store.Lane() };
            var runs = new[]
            {
                new OverlappingInstance(lanes[0], Log, new SchemaSourceDouble()).RunAsync(firstStores),
                new OverlappingInstance(lanes[1], isOther ? OtherLog : Log, new SchemaSourceDouble()).RunAsync(secondStores),
            };
            var schedule = new List<int>();
            while (lanes[0].IsWaiting || lanes[1].IsWaiting)
            {
                var choice = schedule.Count < prefix.Count ? prefix[schedule.Count] : lanes[0].IsWaiting ? 0 : 1;
                if (schedule.Count >= prefix.Count && choice == 0 && lanes[1].IsWaiting)
                {
                    pending.Push([.. schedule, 1]);
                }

                schedule.Add(choice);
                if (lanes[choice].Step() && schedule.Count >= prefix.Count)
                {
                    // Both may die here.
                    await VerifyAsync(store.Direct);
                }
            }

            await Task.WhenAll(runs);
            schedules++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{schedules} schedules");
        Assert.True(schedules > 500, $"Only {schedules} schedules.");
    }

    [Fact]
    public async Task An_earlier_version_s_note_is_read_and_removed_after_the_first_offset_that_needs_it_no_longer()
    {
        var store = new InMemoryOffsetStore();
        var history = SchemaHistory.Begin(Catalogue("c0"), At(4), isKept: true);
        await store.SaveAsync("e/schema", SchemaHistoryJson.Write(history), 0);
        await store.SaveAsync("e", At(50).ToOffset().ToString(), 0);
        var instance = new OverlappingInstance(store, Log, new SchemaSourceDouble());

        await instance.StartAsync();
        Assert.Equal("c0", instance.Column);
        await instance.ReadAsync(1);
        Assert.NotNull(await store.LoadAsync("e/schema"));
        await instance.StoreAsync();
        await instance.ReadAsync(1);

        Assert.Null(await store.LoadAsync("e/schema"));
        await instance.StoreAsync();
        Assert.Equal("c2", await ColumnAfterRestartAsync(store));
    }

    [Fact]
    public async Task A_start_finds_its_columns_after_the_versions_were_folded_and_earlier_notes_are_removed()
    {
        var store = new InMemoryOffsetStore();
        var log = Enumerable.Range(0, 300).Select(i => (100L + i, $"ALTER TABLE t CHANGE c{i} c{i + 1} INT")).ToArray();
        var counting = new CountingStore(store);
        var instance = new OverlappingInstance(counting, log, Knowing("c0"));
        await instance.RunAsync(1);

        Assert.Equal("c300", await ColumnAfterRestartAsync(store));
        Assert.InRange(counting.Keys.Count, 2, 200);
    }

    [Fact]
    public void Offsets_of_one_place_are_equal_whatever_notes_belong_to_them()
    {
        const string Place = """{"v":2,"source":{"kind":"mysql","id":"s"},"position":{"file":"a.1","pos":4}""";
        var one = CdcOffset.Parse(Place + ",\"notes\":{\"schema\":\"a:1\"}}");
        var other = CdcOffset.Parse(Place + ",\"notes\":{\"schema\":\"b:2\"}}");

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal(one, CdcOffset.Parse(Place + "}"));
        Assert.NotEqual(one, CdcOffset.Parse(Place.Replace(":4", ":5", StringComparison.Ordinal) + ",\"notes\":{\"schema\":\"a:1\"}}"));
    }

    private static async Task VerifyAsync(InMemoryOffsetStore store)
    {
        var stored = BinlogPosition.Read(CdcOffset.Parse((await store.LoadAsync("e"))!.Text)).Coordinates!.Value.Position;
        Assert.Equal($"c{Log.Count(entry => entry.End <= stored)}", await ColumnAfterRestartAsync(store));
    }

    /// <summary>A third start, with nobody to ask.</summary>
    private static async Task<string?> ColumnAfterRestartAsync(InMemoryOffsetStore store)
    {
        var source = new SchemaSourceDouble();
        var restarted = new OverlappingInstance(store, Log, source);
        await restarted.StartAsync();
        Assert.Empty(source.Asked);
        return restarted.Column;
    }

    private static SchemaSourceDouble Knowing(string column)
        => new(new TableDefinition("db", "t", [new ColumnDefinition(column, "int", IsNullable: true)], null, null));

    private static SchemaCatalogue Catalogue(string column)
    {
        var catalogue = new SchemaCatalogue();
        catalogue.Set(new TableDefinition("db", "t", [new ColumnDefinition(column, "int", IsNullable: true)], null, null));
        return catalogue;
    }

    private static BinlogPosition At(long position)
        => new() { Server = "s", Coordinates = new BinlogCoordinates("binlog.000001", position) };

    /// <summary>A store whose calls wait until the test lets them happen, one by one.</summary>
    private sealed class SteppedStore
    {
        public InMemoryOffsetStore Direct { get; } = new();

        public StoreLane Lane() => new(Direct);
    }

    private sealed class StoreLane(InMemoryOffsetStore store) : IOffsetStore
    {
        private TaskCompletionSource? _next;
        private bool _isWrite;

        public bool IsWaiting => _next is not null;

        /// <returns>True if it was a write.</returns>
        public bool Step()
        {
            var (next, isWrite) = (_next, _isWrite);
            _next = null;
            next!.SetResult();
            return isWrite;
        }

        public async ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
        {
            await WaitAsync(isWrite: false);
            return await store.LoadAsync(key, cancellationToken);
        }

        public async ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
        {
            await WaitAsync(isWrite: true);
            return await store.SaveAsync(key, text, expectedVersion, cancellationToken);
        }

        public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
        {
            await WaitAsync(isWrite: true);
            await store.RemoveAsync(key, cancellationToken);
        }

        private Task WaitAsync(bool isWrite)
        {
            // The continuation runs inside Step.
            _isWrite = isWrite;
            _next = new TaskCompletionSource();
            return _next.Task;
        }
    }

    private sealed class CountingStore(InMemoryOffsetStore store) : IOffsetStore
    {
        public HashSet<string> Keys { get; } = [];

        public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
            => store.LoadAsync(key, cancellationToken);

        public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
        {
            Keys.Add(key);
            return store.SaveAsync(key, text, expectedVersion, cancellationToken);
        }

        public ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
        {
            Keys.Remove(key);
            return store.RemoveAsync(key, cancellationToken);
        }
    }
}
