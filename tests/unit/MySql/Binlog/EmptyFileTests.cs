using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Binlog files without events are reported: a copy that was truncated looks like the end of the log.</summary>
public sealed class EmptyFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdc-empty-");

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_last_file_without_events_is_a_warning_and_the_stream_ends(int length)
    {
        await using var engine = Engine(Recorded("binlog.000001"), Empty("binlog.000002", length));

        var finding = Assert.Single(await engine.ValidateAsync(TestContext.Current.CancellationToken));
        Assert.Equal((false, "mysql.file_empty"), (finding.IsError, finding.Code));
        Assert.Contains($"binlog.000002' has no events: it is {length} bytes long.", finding.Message, StringComparison.Ordinal);
        await foreach (var change in engine.ReadAsync(TestContext.Current.CancellationToken))
        {
            Assert.NotEmpty(change.Table);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task A_file_without_events_before_another_one_is_an_error(int length)
    {
        await using var engine = Engine(Empty("binlog.000001", length), Recorded("binlog.000002"));

        var error = await Assert.ThrowsAsync<ServerMisconfiguredException>(async () =>
        {
            await foreach (var change in engine.ReadAsync(TestContext.Current.CancellationToken))
            {
                Assert.Fail(change.ToString());
            }
        });

        Assert.Equal("mysql.file_empty", Assert.Single(error.Findings).Code);
        Assert.Contains("and other files follow it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_an_open_XA_transaction_that_is_not_given_is_a_lost_position()
    {
        var start = CdcOffset.Parse("""
            {"v":1,"source":"mysql","file":"binlog.000002","pos":4,"xa":[{"xid":"X'78',X'',1","file":"binlog.000001","pos":400}]}
            """);
        var source = new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = [Recorded("binlog.000002")] });
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(),
            new CdcEngineOptions { Name = "empty", StartFrom = StartPosition.At(start) });

        var lost = await Assert.ThrowsAsync<OffsetLostException>(async () =>
        {
            await foreach (var change in engine.ReadAsync(TestContext.Current.CancellationToken))
            {
                Assert.Fail(change.ToString());
            }
        });

        Assert.Contains("XA transactions open whose rows begin in the binlog file 'binlog.000001'", lost.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static CdcEngine Engine(params string[] files)
        => new(new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = files }), new InMemoryOffsetStore(),
            new CdcEngineOptions { Name = "empty", StopWhenCaughtUp = true });

    private string Empty(string name, int length)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, new byte[] { 0xfe, 0x62, 0x69, 0x6e }.AsSpan(0, length));
        return path;
    }

    private string Recorded(string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.Copy(Recording.Get("mysql-9.7/vector").BinlogFiles[0], path);
        return path;
    }
}
