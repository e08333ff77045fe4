using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CdcEmbedded.Offsets;

/// <summary>The files of a <see cref="FileOffsetStore"/>: offsets share one file; the state of sources, under keys with a slash, has a file
/// a key, because it may be large and changes seldom.</summary>
internal static class OffsetFiles
{
    private const int LongestName = 120;

    /// <summary>True if a key has a file of its own.</summary>
    public static bool IsOwn(string key) => key.Contains('/', StringComparison.Ordinal);

    /// <summary>The file that a path means: a symbolic link leads to it.</summary>
    public static string Resolve(string path) => new FileInfo(path).LinkTarget is null ? path
        : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    /// <summary>The folder of the files with one key.</summary>
    public static string FolderOf(string file) => file + ".notes";

    /// <summary>The file of one key. Names are distinct on file systems that ignore case, too.</summary>
    public static string FileOf(string file, string key)
    {
        var name = new StringBuilder(key.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(key))
        {
            if (b is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'_' or (byte)'.')
            {
                name.Append((char)b);
            }
            else
            {
                name.Append(CultureInfo.InvariantCulture, $"%{b:x2}");
            }
        }

        if (name.Length > LongestName)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)), 0, 16);
            name.Length = LongestName - hash.Length - 1;
            name.Append('~').Append(hash);
        }

        return Path.Combine(FolderOf(file), name.Append(".json").ToString());
    }

    /// <summary>Reads a file.</summary>
    /// <returns>Null if it does not exist.</returns>
    /// <exception cref="OffsetFormatException">It is damaged.</exception>
    public static SortedDictionary<string, StoredOffset>? Read(string file)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: 0 })
            {
                // Not opened: who opens a pipe waits for its other end.
                return OffsetFileFormat.Read(ReadOnlyMemory<byte>.Empty, file);
            }

            // Not to its end: a device may have none.
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            bytes = new byte[stream.CanSeek ? stream.Length : 0];
            stream.ReadExactly(bytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        return OffsetFileFormat.Read(bytes, file);
    }

    /// <summary>Writes a file beside the old one, flushes it and renames it over the old one, with the old one's permissions.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offsets">What it contains.</param>
    /// <param name="model">The file whose permissions a new one gets, if that exists.</param>
    public static void Write(string file, SortedDictionary<string, StoredOffset> offsets, string model)
    {
        // A killed save may have left it. Whatever is there is removed, not opened: it may be a link to another file.
        var temporary = file + ".new";
        File.Delete(temporary);
        using (var stream = Create(temporary, File.Exists(file) ? file : model))
        {
            stream.Write(OffsetFileFormat.Write(offsets));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, file, overwrite: true);
        DirectorySync.Flush(Path.GetDirectoryName(file) ?? "/");
    }

    private static FileStream Create(string file, string model)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (OperatingSystem.IsWindows() || !File.Exists(model))
        {
            return new FileStream(file, options);
        }

        options.UnixCreateMode = File.GetUnixFileMode(model) & (UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var stream = new FileStream(file, options);
        try
        {
            FileAccessRights.Copy(model, stream.SafeFileHandle);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
