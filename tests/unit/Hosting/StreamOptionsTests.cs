using CdcEmbedded.MySql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>Options of a stream from the configuration and from code, and what is reported of them at the start.</summary>
public sealed class StreamOptionsTests : HostingTest
{
    [Fact]
    public void Options_come_from_the_configuration_and_are_set_by_code_after_it()
    {
        using var host = Host(stream => stream.From(_ => Script(0)).StoreOffsetsIn(_ => Store).Handle((_, _, _) => default)
                .Configure(options => options.MaxBufferedChanges++),
            ("Cdc:test:MaxBatchSize", "7"), ("Cdc:test:MaxBufferedChanges", "99"), ("Cdc:test:Retry:MaxAttempts", "3"),
            ("Cdc:test:Retry:OnFailure", "Skip"), ("Cdc:test:Snapshot:Tables:0", "a.b"),
            ("Cdc:test:Snapshot:Mode", "Incremental"), ("Cdc:test:Restart:MaxRestarts", "4"),
            ("Cdc:test:StalledAfter", "00:00:09"));
        var options = host.Services.GetRequiredService<IOptionsMonitor<CdcStreamOptions>>().Get("test");

        Assert.Equal((7, 100, 3, HandlerFailureAction.Skip), (options.MaxBatchSize, options.MaxBufferedChanges, options.Retry.MaxAttempts,
            options.Retry.OnFailure));
        Assert.Equal(("a.b", 4, TimeSpan.FromSeconds(9)), (Assert.Single(options.Snapshot.Tables), options.Restart.MaxRestarts,
            options.StalledAfter));
        Assert.Equal((2048, 5), (new CdcStreamOptions().MaxBatchSize, new CdcStreamOptions().Retry.MaxAttempts));
    }

    [Fact]
    public async Task A_misspelled_key_of_the_configuration_is_named_at_the_start()
    {
        using var host = Host(stream => stream.From(_ => Script(1)).StoreOffsetsIn(_ => Store).Handle((_, _, _) => default),
            ("Cdc:test:Retry:MaxAtempts", "3"));
        Assert.Contains("MaxAtempts", (await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation))).Message,
            StringComparison.Ordinal);
    }

    /// <summary>The options that are no single value, and the others, with their paths in the configuration.</summary>
    public static TheoryData<string> Paths(bool single)
        => [.. PathsOf(typeof(CdcStreamOptions), "Cdc:test").Where(path => path.IsSingle == single).Select(static path => path.Path)];

    [Theory]
    [MemberData(nameof(Paths), false)]
    public async Task One_value_where_several_are_expected_is_named_at_the_start(string path)
    {
        using var host = Host(stream => stream.From(_ => Script(1)).StoreOffsetsIn(_ => Store).Handle((_, _, _) => default),
            (path, "a.b"));
        Assert.Contains($"{path} is 'a.b'", (await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation)))
            .Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Paths), true)]
    public async Task Several_values_where_one_is_expected_are_named_at_the_start(string path)
    {
        using var host = Host(stream => stream.From(_ => Script(1)).StoreOffsetsIn(_ => Store).Handle((_, _, _) => default),
            (path + ":0", "5"));
        Assert.Contains($"{path} is a section", (await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation)))
            .Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_source_refuses_names_the_stream()
    {
        using var host = Host(stream => stream.FromMySql("shop", "orders").StoreOffsetsIn(_ => Store).Handle((_, _, _) => default),
            ("ConnectionStrings:shop", "Server=db1;User ID=cdc;Password=x"));
        Assert.StartsWith("Stream 'test': 'orders' is not a table pattern",
            (await Assert.ThrowsAnyAsync<ArgumentException>(() => host.StartAsync(Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_reported_at_the_start_at_once()
    {
        using var host = Host(stream => stream.Configure(options =>
        {
            options.LeaseDuration = TimeSpan.Zero;
            options.Restart.MaxDelay = TimeSpan.FromDays(100);
        }), ("Cdc:test:ParallelHandlers", "0"), ("Cdc:test:StartFrom", "Yesterday"), ("Cdc:test:MaxBatchSize", "0"),
            ("Cdc:test:MaxBufferedChanges", "-1"), ("Cdc:test:MaxBufferedBytes", "0"), ("Cdc:test:Snapshot:ChunkSize", "0"),
            ("Cdc:test:Snapshot:Tables:0", "a.b"), ("Cdc:test:Snapshot:WritesWatermarks", "true"), ("Cdc:test:Snapshot:Readers", "33"),
            ("Cdc:test:Snapshot:MaxRowsPerSecond", "0"), ("Cdc:test:Snapshot:ChunkDuration", "00:00:00"),
            ("Cdc:test:Snapshot:MaxRunningThreads", "0"), ("Cdc:test:Snapshot:MaxReplicaLag", "-00:00:01"),
            ("Cdc:test:OnOffsetLost", "9"), ("Cdc:test:Retry:MaxDelay", "100.00:00:00"), ("Cdc:test:Restart:MaxRefusedLogins", "0"));

        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancellation));

        foreach (var part in (string[])["ParallelHandlers is 0", "StartFrom is 'Yesterday'", "no source", "no store", "no handler",
            "MaxBatchSize is 0", "MaxBufferedChanges is -1", "MaxBufferedBytes is 0", "LeaseDuration is 00:00:00",
            "Snapshot.ChunkSize is 0", "Snapshot.Tables is set, and Snapshot.Mode is Never", "Snapshot.WritesWatermarks is set",
            "Snapshot.Readers is 33", "Snapshot.MaxRowsPerSecond is 0", "Snapshot.ChunkDuration is 00:00:00",
            "Snapshot.MaxRunningThreads is 0", "Snapshot.MaxReplicaLag is -00:00:01", "OnOffsetLost is 9", "Retry.MaxDelay 100.",
            "Restart.MaxDelay 100.", "Restart.MaxRefusedLogins is 0"])
        {
            Assert.Contains(e.Failures, failure => failure.Contains(part, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_connection_string_is_found_by_its_name_or_reported_with_it()
    {
        using var missing = Host(stream => stream.FromMySql("shop", Table).StoreOffsetsIn(_ => Store).Handle((_, _, _) => default));
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => missing.StartAsync(Cancellation));
        Assert.Contains("ConnectionStrings:shop", e.Message, StringComparison.Ordinal);

        using var wrong = Host(stream => stream.FromMySql("shop", Table).StoreOffsetsIn(_ => Store).Handle((_, _, _) => default),
            ("ConnectionStrings:shop", "Nonsense=1"));
        Assert.Contains("nonsense", (await Assert.ThrowsAnyAsync<ArgumentException>(() => wrong.StartAsync(Cancellation))).Message,
            StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<(string Path, bool IsSingle)> PathsOf(Type type, string section)
    {
        foreach (var property in type.GetProperties())
        {
            var path = $"{section}:{property.Name}";
            var isSingle = property.PropertyType.IsValueType || property.PropertyType == typeof(string);
            yield return (path, isSingle);
            if (!isSingle && property.PropertyType.Assembly == type.Assembly)
            {
                foreach (var inner in PathsOf(property.PropertyType, path))
                {
                    yield return inner;
                }
            }
        }
    }
}
