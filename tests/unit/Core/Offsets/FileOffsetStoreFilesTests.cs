using System.Diagnostics;
using System.Runtime.InteropServices;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.Tests.Offsets;

/// <summary>What a <see cref="FileOffsetStore"/> does with the files around it.</summary>
public sealed class FileOffsetStoreFilesTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _folder = Directory.CreateTempSubdirectory("cdc-offsets-").FullName;

    private string FilePath => Path.Combine(_folder, "offsets.json");

    private const string AccessList = "system.posix_acl_access";

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task The_state_of_a_source_has_a_file_of_its_own_and_an_offset_is_saved_without_it()
    {
        var store = new FileOffsetStore(FilePath);
        await store.SaveAsync("e/schema/1", new string('x', 100_000), 0);
        await store.SaveAsync("e", "one", 0);
        var note = Assert.Single(Directory.GetFiles(FilePath + ".notes"));
        var written = File.GetLastWriteTimeUtc(note);

        await store.SaveAsync("e", "two", 1);

        Assert.InRange(new FileInfo(FilePath).Length, 1, 300);
        Assert.Equal(written, File.GetLastWriteTimeUtc(note));
        Assert.Equal(100_000, (await new FileOffsetStore(FilePath).LoadAsync("e/schema/1"))?.Text.Length);
        await store.RemoveAsync("e/schema/1");
        Assert.Empty(Directory.GetFiles(FilePath + ".notes"));
        Assert.Null(await store.LoadAsync("e/schema/1"));
    }

    [Fact]
    public async Task Keys_that_differ_in_case_or_only_at_a_late_character_have_different_files()
    {
        var store = new FileOffsetStore(FilePath);
        string[] keys = ["a/B", "a/b", "a/%42", $"a/{new string('k', 300)}1", $"a/{new string('k', 300)}2", "../../a", "a/ü"];
        foreach (var key in keys)
        {
            await store.SaveAsync(key, key, 0);
        }

        foreach (var key in keys)
        {
            Assert.Equal(key, (await store.LoadAsync(key))?.Text);
        }

        Assert.Equal(keys.Length, Directory.GetFiles(FilePath + ".notes").Select(name => name.ToUpperInvariant()).Distinct().Count());
    }

    [Fact]
    public async Task A_single_file_of_an_earlier_version_is_read_and_split_by_the_next_save()
    {
        await File.WriteAllTextAsync(FilePath, """
            {"format":"cdcembedded-offsets","v":1,"offsets":{"e":{"version":7,"text":"one"},"e/schema":{"version":3,"text":"tables"}}}
            """);
        var store = new FileOffsetStore(FilePath);
        Assert.Equal(new StoredOffset("tables", 3), await store.LoadAsync("e/schema"));

        Assert.Equal(8, await store.SaveAsync("e", "two", 7));

        Assert.DoesNotContain("tables", await File.ReadAllTextAsync(FilePath), StringComparison.Ordinal);
        Assert.Equal(new StoredOffset("tables", 3), await store.LoadAsync("e/schema"));
        Assert.Equal(4, await store.SaveAsync("e/schema", "others", 3));
        await Assert.ThrowsAsync<OffsetConflictException>(async () => await store.SaveAsync("e/schema", "x", 3));
        await store.RemoveAsync("e/schema");
        Assert.Null(await store.LoadAsync("e/schema"));
    }

    [Fact]
    public async Task A_note_in_a_single_file_of_an_earlier_version_can_be_removed_and_replaced()
    {
        const string Old =
            """{"format":"cdcembedded-offsets","v":1,"offsets":{"e":{"version":7,"text":"one"},"e/schema":{"version":3,"text":"t"}}}""";
        await File.WriteAllTextAsync(FilePath, Old);
        var store = new FileOffsetStore(FilePath);

        Assert.Equal(4, await store.SaveAsync("e/schema", "new", 3));
        Assert.Equal(new StoredOffset("new", 4), await store.LoadAsync("e/schema"));
        await store.RemoveAsync("e/schema");

        Assert.Null(await store.LoadAsync("e/schema"));
        Assert.Equal(new StoredOffset("one", 7), await store.LoadAsync("e"));
    }

    [Fact]
    public async Task Permissions_of_the_file_remain_and_apply_to_the_notes_beside_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        var store = new FileOffsetStore(FilePath);
        await store.SaveAsync("e", "one", 0);
        File.SetUnixFileMode(FilePath, Private);

        await store.SaveAsync("e", "two", 1);
        await store.SaveAsync("e/schema/1", "x", 0);

        Assert.Equal(Private, File.GetUnixFileMode(FilePath));
        Assert.Equal(Private, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(FilePath + ".notes"))));
        var wide = Private | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        File.SetUnixFileMode(FilePath, wide);
        await store.SaveAsync("e", "three", 2);
        Assert.Equal(wide, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public async Task An_access_control_list_and_an_owner_remain_and_nobody_gets_what_only_the_list_gave()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Only Linux has this form of them.");
            return;
        }

        var store = new FileOffsetStore(FilePath);
        await store.SaveAsync("e", "one", 0);
        File.SetUnixFileMode(FilePath, Private);

        // Version 2; the owner rw, user 1234 rw, the group nothing, at most rw, others nothing. The mode is 0660 then.
        byte[] list = [2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 6, 0, 210, 4, 0, 0, 4, 0, 0, 0, 255, 255, 255, 255,
            16, 0, 6, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255];
        Assert.Equal(0, SetAttribute(FilePath, AccessList, list, list.Length, 0));
        Assert.True(File.GetUnixFileMode(FilePath).HasFlag(UnixFileMode.GroupWrite));
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Equal(0, ChangeOwner(FilePath, 1234, 2345));
        }

        await store.SaveAsync("e", "two", 1);
        await store.SaveAsync("e/schema/1", "x", 0);

        foreach (var file in new[] { FilePath, Assert.Single(Directory.GetFiles(FilePath + ".notes")) })
        {
            var kept = new byte[100];
            Assert.Equal(list.Length, GetAttribute(file, AccessList, kept, kept.Length));
            Assert.Equal(list, kept[..list.Length]);
            if (Environment.IsPrivilegedProcess)
            {
                using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%u %g", file]) { RedirectStandardOutput = true })!;
                Assert.Equal("1234 2345", (await stat.StandardOutput.ReadToEndAsync()).Trim());
            }
        }
    }

    [Theory]
    [InlineData("offsets.json")]
    [InlineData("offsets.json.notes/e%2fschema.json")]
    public async Task A_pipe_as_file_is_refused_and_not_waited_for(string name)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no pipes in folders.");
            return;
        }

        var pipe = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(pipe)!);
        using var made = Process.Start("mkfifo", [pipe]);
        await made.WaitForExitAsync();
        var key = name.Contains('/', StringComparison.Ordinal) ? "e/schema" : "e";
        var store = new FileOffsetStore(FilePath);

        var load = await Assert.ThrowsAsync<OffsetFormatException>(() => store.LoadAsync(key).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("no ordinary file", load.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<OffsetFormatException>(() => store.SaveAsync(key, "one", 0).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(File.Exists(pipe));
    }

    [Fact]
    public async Task A_symbolic_link_as_path_stays_and_the_file_that_it_names_is_written()
    {
        var target = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName, "real.json");
        File.CreateSymbolicLink(FilePath, target);
        var store = new FileOffsetStore(FilePath);

        await store.SaveAsync("e", "one", 0);
        await store.SaveAsync("e", "two", 1);

        Assert.Equal(target, new FileInfo(FilePath).LinkTarget);
        Assert.Equal(new StoredOffset("two", 2), await new FileOffsetStore(target).LoadAsync("e"));
        Assert.Equal(["offsets.json"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_that_was_planted_where_the_new_file_goes_is_not_followed(bool exists)
    {
        var victim = Path.Combine(_folder, "victim");
        if (exists)
        {
            await File.WriteAllTextAsync(victim, "precious");
        }

        File.CreateSymbolicLink(FilePath + ".new", victim);

        await new FileOffsetStore(FilePath).SaveAsync("e", "one", 0);

        Assert.Equal(exists, File.Exists(victim));
        Assert.True(!exists || await File.ReadAllTextAsync(victim) == "precious");
        Assert.Equal("one", (await new FileOffsetStore(FilePath).LoadAsync("e"))?.Text);
    }

    [Fact]
    public async Task A_link_that_was_planted_as_the_lock_is_refused()
    {
        var victim = Path.Combine(_folder, "victim");
        File.CreateSymbolicLink(FilePath + ".lock", victim);

        var e = await Assert.ThrowsAsync<IOException>(async () => await new FileOffsetStore(FilePath).SaveAsync("e", "one", 0));

        Assert.Contains("symbolic link", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(victim));
    }

    [Theory]
    [InlineData(11, true)] // EAGAIN, Linux
    [InlineData(35, true)] // EWOULDBLOCK, macOS
    [InlineData(unchecked((int)0x80070020), true)] // ERROR_SHARING_VIOLATION
    [InlineData(30, false)] // EROFS: a read-only disk
    [InlineData(28, false)] // ENOSPC
    [InlineData(5, false)] // EIO
    [InlineData(122, false)] // EDQUOT
    public void Only_a_lock_that_another_holds_is_waited_for(int code, bool isHeld)
        => Assert.Equal(isHeld, OffsetFileLock.IsHeld(new IOException("x", code)));

    [DllImport("libc", EntryPoint = "setxattr")]
    private static extern int SetAttribute(string path, string name, byte[] value, nint size, int flags);

    [DllImport("libc", EntryPoint = "getxattr")]
    private static extern nint GetAttribute(string path, string name, byte[] value, nint size);

    [DllImport("libc", EntryPoint = "chown")]
    private static extern int ChangeOwner(string path, uint owner, uint group);
}
