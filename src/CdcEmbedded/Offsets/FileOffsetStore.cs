namespace CdcEmbedded.Offsets;

/// <summary>Stores offsets in one JSON file with any number of keys. Thread-safe; several processes may use one file.</summary>
/// <remarks>
/// <para>Each save writes a new file beside the old one, flushes it to the disk and renames it over the old one, so that a crash or a power
/// failure at any moment leaves either the old file or the new one whole. The folder is flushed too if the platform can do so (Linux,
/// macOS). The permissions of an existing file remain, on Linux also its access control list and, where the process may set them, its owner
/// and group. If the path is a symbolic link, the file to which it leads is replaced.</para>
/// <para>What sources store besides, under keys with a slash, is in the folder <c>path.notes</c>, one file a key. Files of earlier
/// versions, which hold everything, are read; the next save moves that part out.</para>
/// <para>During a save <c>path.lock</c> is open; that file is empty and remains. Not for network file systems without locks.</para>
/// </remarks>
public sealed class FileOffsetStore : IOffsetStore
{
    private readonly TimeProvider _timeProvider;

    /// <summary>Creates the store without touching the disk.</summary>
    /// <param name="path">The file. Its folder must exist before the first save.</param>
    /// <param name="timeProvider">The clock of the wait for another process's save; null for the system clock.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public FileOffsetStore(string path, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FilePath = Path.GetFullPath(path);
        if (Directory.Exists(FilePath))
        {
            throw new ArgumentException($"'{path}' is a folder; the path must name the file of the offsets in it.", nameof(path));
        }

        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>The file's full path.</summary>
    public string FilePath { get; }

    /// <inheritdoc/>
    /// <exception cref="OffsetFormatException">The file is damaged, or is not an offset file.</exception>
    /// <exception cref="IOException">The file could not be read.</exception>
    public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);

        // On the thread pool: the disk may be slow, and the caller may be a user interface.
        return new ValueTask<StoredOffset?>(Task.Run(() => Find(OffsetFiles.Resolve(FilePath), key), cancellationToken));
    }

    /// <inheritdoc/>
    /// <exception cref="OffsetFormatException">The existing file is damaged or is not an offset file; it is not changed.</exception>
    /// <exception cref="IOException">The file could not be written, or another process kept its lock for ten seconds.</exception>
    public async ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(text);
        var file = OffsetFiles.Resolve(FilePath);
        var exclusive = await OffsetFileLock.TakeAsync(file + ".lock", _timeProvider, cancellationToken).ConfigureAwait(false);
        await using (exclusive.ConfigureAwait(false))
        {
            return await Task.Run(() => Replace(file, key, text, expectedVersion), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file could not be written, or another process kept its lock for ten seconds.</exception>
    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var file = OffsetFiles.Resolve(FilePath);
        var exclusive = await OffsetFileLock.TakeAsync(file + ".lock", _timeProvider, cancellationToken).ConfigureAwait(false);
        await using (exclusive.ConfigureAwait(false))
        {
            await Task.Run(() => Remove(file, key), cancellationToken).ConfigureAwait(false);
        }
    }

    private static StoredOffset? Find(string file, string key)
        => (OffsetFiles.IsOwn(key) ? OffsetFiles.Read(OffsetFiles.FileOf(file, key))?.GetValueOrDefault(key) : null)
            ?? OffsetFiles.Read(file)?.GetValueOrDefault(key);

    private long Replace(string file, string key, string text, long expectedVersion)
    {
        var isOwn = OffsetFiles.IsOwn(key);
        var shared = isOwn ? null : OffsetFiles.Read(file) ?? new SortedDictionary<string, StoredOffset>(StringComparer.Ordinal);
        var version = (isOwn ? Find(file, key) : shared?.GetValueOrDefault(key))?.Version ?? 0;
        if (version != expectedVersion)
        {
            throw new OffsetConflictException($"In {FilePath}, under '{key}', version {expectedVersion} was expected, but "
                + $"version {version} "
                + "is stored: another instance runs under this name.");
        }

        var stored = new StoredOffset(text, version + 1);
        if (shared is null)
        {
            WriteOwn(file, key, stored);
            return stored.Version;
        }

        shared[key] = stored;
        MoveOut(file, shared);
        OffsetFiles.Write(file, shared, file);
        return stored.Version;
    }

    /// <summary>Earlier versions kept everything in one file, and wrote all of it at each save.</summary>
    private static void MoveOut(string file, SortedDictionary<string, StoredOffset> shared)
    {
        foreach (var (key, stored) in shared.Where(entry => OffsetFiles.IsOwn(entry.Key)).ToArray())
        {
            if (!File.Exists(OffsetFiles.FileOf(file, key)))
            {
                WriteOwn(file, key, stored);
            }

            shared.Remove(key);
        }
    }

    private static void WriteOwn(string file, string key, StoredOffset stored)
    {
        if (!Directory.Exists(Path.GetDirectoryName(file)))
        {
            throw new DirectoryNotFoundException($"The folder of {file} does not exist.");
        }

        Directory.CreateDirectory(OffsetFiles.FolderOf(file));
        OffsetFiles.Write(OffsetFiles.FileOf(file, key),
            new SortedDictionary<string, StoredOffset>(StringComparer.Ordinal) { [key] = stored }, file);
    }

    private static void Remove(string file, string key)
    {
        if (OffsetFiles.IsOwn(key) && Directory.Exists(OffsetFiles.FolderOf(file)))
        {
            File.Delete(OffsetFiles.FileOf(file, key));
        }

        if (OffsetFiles.Read(file) is { } shared && shared.Remove(key))
        {
            MoveOut(file, shared);
            OffsetFiles.Write(file, shared, file);
        }
    }
}
