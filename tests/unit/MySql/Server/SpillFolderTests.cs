using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>A folder that takes no file is reported at the start, with the other findings.</summary>
public sealed class SpillFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdc-spill-");

    [Fact]
    public async Task A_folder_that_takes_no_file_ends_the_start_with_a_finding()
    {
        await using var engine = Engine("/proc", LargeTransactionMode.Spill);

        var error = await Assert.ThrowsAsync<ServerMisconfiguredException>(async () =>
        {
            await foreach (var change in engine.ReadAsync(TestContext.Current.CancellationToken))
            {
                Assert.Fail(change.ToString());
            }
        });

        var finding = Assert.Single(error.Findings);
        Assert.Equal((true, "mysql.spill_folder"), (finding.IsError, finding.Code));
        Assert.Contains("No file can be created in '/proc'", finding.Message, StringComparison.Ordinal);
        Assert.Contains("SpillFolder", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_used_is_not_looked_at()
    {
        await using var engine = Engine("/proc", LargeTransactionMode.DeliverProvisionally);

        Assert.Empty(await engine.ValidateAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_look_at_the_folder_leaves_nothing_there()
    {
        await using var engine = Engine(_folder.FullName, LargeTransactionMode.Spill);

        Assert.Empty(await engine.ValidateAsync(TestContext.Current.CancellationToken));
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public void The_folder_of_the_system_is_a_warning_only()
        => Assert.False(Assert.Single(SpillFolderCheck.Look("/proc", isError: false)).IsError);

    public void Dispose() => _folder.Delete(recursive: true);

    private static CdcEngine Engine(string folder, LargeTransactionMode mode)
        => new(new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions
        {
            Files = Recording.Get("mysql-9.7/vector").BinlogFiles,
            SpillFolder = folder,
            LargeTransactions = mode,
        }), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "spill",
            StartFrom = StartPosition.Earliest,
            StopWhenCaughtUp = true,
        });
}
