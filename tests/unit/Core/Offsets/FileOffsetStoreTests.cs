using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Offsets;

public sealed class FileOffsetStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cdc-offsets-").FullName;

    private string FilePath => Path.Combine(_folder, "offsets.json");

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task It_keeps_the_contract()
        => await OffsetStoreConformance.VerifyAsync(() => new FileOffsetStore(FilePath), TestContext.Current.CancellationToken);

    [Fact]
    public async Task Creating_the_store_touches_nothing_and_a_missing_file_is_a_first_start()
    {
        var store = new FileOffsetStore(Path.Combine(_folder, "no", "such", "file"));
        Assert.Null(await store.LoadAsync("a"));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        var missing = await Assert.ThrowsAsync<DirectoryNotFoundException>(async () => await store.SaveAsync("a", "x", 0));
        Assert.Contains(Path.GetDirectoryName(store.FilePath)!, missing.Message, StringComparison.Ordinal);
        Assert.Contains("create it", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_is_readable_and_holds_several_keys()
    {
        var store = new FileOffsetStore(FilePath);
        await store.SaveAsync("b", "two", 0);
        await store.SaveAsync("a", """{"v":1}""", 0);

        Assert.Equal("two", (await store.LoadAsync("b"))?.Text);
        var text = await File.ReadAllTextAsync(FilePath);
        Assert.StartsWith("{\n  \"format\": \"cdcembedded-offsets\",\n  \"v\": 1,\n", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_cut_at_any_byte_is_refused_by_name_and_left_as_it_is()
    {
        var store = new FileOffsetStore(FilePath);
        await store.SaveAsync("a", """{"v":1,"source":"x"}""", 0);
        var whole = await File.ReadAllBytesAsync(FilePath);

        // Without its last byte, a line feed, the file is still whole.
        for (var length = 0; length < whole.Length - 1; length++)
        {
            await File.WriteAllBytesAsync(FilePath, whole[..length]);
            var e = await Assert.ThrowsAsync<OffsetFormatException>(async () => await store.LoadAsync("a"));
            Assert.Contains(FilePath, e.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<OffsetFormatException>(async () => await store.SaveAsync("a", "y", 1));
            Assert.Equal(length, new FileInfo(FilePath).Length);
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("""{"format":"other","v":1,"offsets":{}}""")]
    [InlineData("""{"format":"cdcembedded-offsets","v":2,"offsets":{}}""")]
    [InlineData("""{"format":"cdcembedded-offsets","v":1,"offsets":{"a":{"version":0,"text":"x"}}}""")]
    [InlineData("""{"format":"cdcembedded-offsets","v":1,"offsets":{"a":{"version":1,"text":null}}}""")]
    [InlineData("""{"format":"cdcembedded-offsets","v":1,"offsets":{"a":{"version":1.5,"text":"x"}}}""")]
    [InlineData("""{"format":"cdcembedded-offsets","v":1,"offsets":{"a":{"version":1,"text":"x"},"a":{"version":1,"text":"x"}}}""")]
    [InlineData("""{"format":"cdcembedded-offsets","v":1,"offsets":{}} more""")]
    public async Task A_foreign_file_is_refused(string text)
    {
        await File.WriteAllTextAsync(FilePath, text);
        await Assert.ThrowsAsync<OffsetFormatException>(async () => await new FileOffsetStore(FilePath).LoadAsync("a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"format\":\"cdcembedded-off")]
    public async Task What_a_killed_save_left_beside_the_file_is_ignored_and_replaced(string halfWritten)
    {
        var store = new FileOffsetStore(FilePath);
        await store.SaveAsync("a", "x", 0);
        await File.WriteAllTextAsync(FilePath + ".new", halfWritten);

        Assert.Equal("x", (await new FileOffsetStore(FilePath).LoadAsync("a"))?.Text);
        Assert.Equal(2, await new FileOffsetStore(FilePath).SaveAsync("a", "y", 1));
        Assert.False(File.Exists(FilePath + ".new"));
    }

    [Fact]
    public async Task Readers_see_whole_files_only_while_others_write()
    {
        var store = new FileOffsetStore(FilePath);
        await store.SaveAsync("a", "0", 0);
        using var done = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                Assert.NotNull(await store.LoadAsync("a"));
            }
        });
        for (var version = 1L; version < 100;)
        {
            version = await store.SaveAsync("a", new string('x', (int)version * 50), version);
        }

        await done.CancelAsync();
        await reader;
    }

    [Fact]
    public async Task A_lock_that_is_never_released_ends_in_an_IOException()
    {
        var time = new VirtualTime();
        var store = new FileOffsetStore(FilePath, time);
        await using var held = new FileStream(FilePath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var saving = store.SaveAsync("a", "x", 0).AsTask();
        while (!saving.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        await Assert.ThrowsAsync<IOException>(() => saving);
    }

    [Fact]
    public async Task A_device_without_an_end_is_refused_and_not_read()
    {
        var path = OperatingSystem.IsWindows() ? "NUL" : "/dev/zero";
        await Assert.ThrowsAsync<OffsetFormatException>(async () => await new FileOffsetStore(path).LoadAsync("a"));
    }
}
