namespace CdcEmbedded.Offsets;

/// <summary>Stores offsets in one JSON file with any number of keys. Thread-safe; several processes may use one file.</summary>
/// <remarks>
/// <para>Each save writes a new file beside the old one, flushes it to the disk and renames it over the old one, so that a crash or a power
/// failure at any moment leaves either the old file or the new one whole. The folder is flushed too if the platform can do so (Linux,
/// macOS).</para>
/// <para>During a save <c>path.lock</c> is open; that file is empty and remains. Not for network file systems without locks.</para>
/// </remarks>
public sealed class FileOffsetStore : IOffsetStore
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(10);
    private readonly TimeProvider _timeProvider;

    /// <summary>Creates the store without touching the disk.</summary>
    /// <param name="path">The file. Its folder must exist before the first save.</param>
    /// <param name="timeProvider">The clock of the wait for another process's save; null for the system clock.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public FileOffsetStore(string path, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FilePath = Path.GetFullPath(path);
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
        return new ValueTask<StoredOffset?>(Task.Run(() => ReadFile()?.GetValueOrDefault(key), cancellationToken));
    }

    /// <inheritdoc/>
    /// <exception cref="OffsetFormatException">The existing file is damaged or is not an offset file; it is not changed.</exception>
    /// <exception cref="IOException">The file could not be written, or another process kept its lock for ten seconds.</exception>
    public async ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(text);
        var exclusive = await LockAsync(cancellationToken).ConfigureAwait(false);
        await using (exclusive.ConfigureAwait(false))
        {
            return await Task.Run(() => Replace(key, text, expectedVersion), cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var started = _timeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(FilePath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && _timeProvider.GetElapsedTime(started) < LockTimeout)
            {
                // Another store is saving, which takes milliseconds. Missing folders and the like are derived types and pass through.
            }

            await Task.Delay(LockRetry, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private long Replace(string key, string text, long expectedVersion)
    {
        var offsets = ReadFile() ?? new SortedDictionary<string, StoredOffset>(StringComparer.Ordinal);
        var version = offsets.TryGetValue(key, out var stored) ? stored.Version : 0;
        if (version != expectedVersion)
        {
            throw new OffsetConflictException($"In {FilePath}, under '{key}', version {expectedVersion} was expected, but "
                + $"version {version} "
                + "is stored: another instance runs under this name.");
        }

        offsets[key] = new StoredOffset(text, version + 1);
        var temporary = FilePath + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(OffsetFileFormat.Write(offsets));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, FilePath, overwrite: true);
        DirectorySync.Flush(Path.GetDirectoryName(FilePath) ?? "/");
        return version + 1;
    }

    private SortedDictionary<string, StoredOffset>? ReadFile()
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(FilePath);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        return OffsetFileFormat.Read(bytes, FilePath);
    }
}
