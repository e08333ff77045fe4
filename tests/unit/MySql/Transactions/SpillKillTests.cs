using System.Diagnostics;
using CdcEmbedded.MySql.Recordings;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>A process that is killed while a transaction is in its spill file.</summary>
public sealed class SpillKillTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("cdc-spill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task SIGKILL_inside_a_spilled_transaction_leaves_no_file()
    {
        using var reader = Start("spill", Recording.Get("mysql-9.7/bigtx-zstd").BinlogFiles[0], _folder);
        try
        {
            var line = await reader.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            Assert.True(line is not null, await (line is null ? reader.StandardError.ReadToEndAsync() : Task.FromResult("")));
            if (OperatingSystem.IsLinux())
            {
                // The transaction is in a file that has no name any more.
                Assert.Contains(OpenFiles(reader.Id), file => file.StartsWith(_folder, StringComparison.Ordinal)
                    && file.EndsWith("(deleted)", StringComparison.Ordinal));
                Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
            }
        }
        finally
        {
            reader.Kill();
            await reader.WaitForExitAsync();
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    private static List<string> OpenFiles(int process)
    {
        var files = new List<string>();
        foreach (var link in Directory.EnumerateFiles($"/proc/{process}/fd"))
        {
            if (new FileInfo(link).LinkTarget is { } target)
            {
                files.Add(target);
            }
        }

        return files;
    }

    private static Process Start(params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "CdcEmbedded.CrashReader.dll"), .. arguments])
        {
            info.ArgumentList.Add(argument);
        }

        return Process.Start(info) ?? throw new InvalidOperationException("The reader did not start.");
    }
}
