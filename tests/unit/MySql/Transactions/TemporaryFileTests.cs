using CdcEmbedded.MySql.Transactions;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>The temporary file of spilled transactions: private, and without a name.</summary>
public sealed class TemporaryFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cdc-spill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Bytes_come_back_from_where_they_were_written()
    {
        using var file = TemporaryFile.Create(_folder);
        await file.WriteAsync(new byte[] { 1, 2, 3 }, 100_000, CancellationToken.None);
        await file.WriteAsync(new byte[] { 4 }, 7, CancellationToken.None);
        var buffer = new byte[10];

        Assert.Equal(3, await file.ReadAsync(buffer, 100_000, CancellationToken.None));
        Assert.Equal([1, 2, 3], buffer[..3]);
        Assert.Equal(1, await file.ReadAsync(buffer.AsMemory(0, 1), 7, CancellationToken.None));
        Assert.Equal(4, buffer[0]);
        Assert.Equal(0, await file.ReadAsync(buffer, 100_003, CancellationToken.None));
    }

    [Fact]
    public void On_Unix_an_open_file_has_no_name_and_only_its_owner_may_read_it()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var file = TemporaryFile.Create(_folder);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Handle));
    }

    [Fact]
    public async Task A_file_that_may_not_become_larger_is_an_error_of_the_system()
    {
        using var file = TemporaryFile.Create(_folder);

        var failure = await Xunit.Record.ExceptionAsync(async () => await file.WriteAsync(new byte[1], 1L << 62, CancellationToken.None));

        // A file system without a limit, as in memory, takes the byte.
        Assert.True(failure is null or IOException, failure?.ToString());
    }

    [Fact]
    public void A_closed_file_leaves_nothing()
    {
        TemporaryFile.Create(_folder).Dispose();

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_an_error_of_the_system()
        => Assert.Throws<DirectoryNotFoundException>(() => TemporaryFile.Create(Path.Combine(_folder, "missing")));
}
