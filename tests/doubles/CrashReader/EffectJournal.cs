using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.CrashReader;

/// <summary>
/// The smallest transactional store: a file of records, each one write with a checksum, so that a kill leaves the whole record or none of
/// it. A record stores a text under a key, as an offset store does, and the effects that belong to it. Several processes may use one file.
/// </summary>
public sealed class EffectJournal(string path) : ITransactionalOffsetStore<JournalTransaction>
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, StoredOffset> _stored = new(StringComparer.Ordinal);
    private readonly List<string> _effects = [];
    private long _length;

    /// <summary>Returns all effects in the order in which they were stored.</summary>
    public static IReadOnlyList<string> Effects(string path)
    {
        var journal = new EffectJournal(path);
        using FileStream file = journal.Open();
        journal.Read(file);
        return journal._effects;
    }

    /// <inheritdoc/>
    public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
    {
        using FileStream file = Open();
        Read(file);
        return new ValueTask<StoredOffset?>(_stored.GetValueOrDefault(key));
    }

    /// <inheritdoc/>
    public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default) =>
        new(Append(key, text, expectedVersion, []));

    /// <inheritdoc/>
    public ValueTask<StoredOffset?> LoadAsync(string key, JournalTransaction transaction, CancellationToken cancellationToken = default) =>
        LoadAsync(key, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<long> SaveAsync(
        string key, string text, long expectedVersion, JournalTransaction transaction, CancellationToken cancellationToken = default)
    {
        long version = (await LoadAsync(key, cancellationToken))?.Version ?? 0;
        if (version != expectedVersion)
        {
            throw new OffsetConflictException($"'{key}' has version {version}, not {expectedVersion}.");
        }

        transaction.Save = (key, text, expectedVersion);
        return expectedVersion + 1;
    }

    /// <summary>Stores what was saved in a transaction, and its effects.</summary>
    /// <returns>The new version.</returns>
    /// <exception cref="OffsetConflictException">Another version is stored.</exception>
    public long Commit(JournalTransaction transaction) => transaction.Save is var (key, text, version)
        ? Append(key, text, version, transaction.Effects)
        : throw new InvalidOperationException("Nothing was saved in the transaction.");

    /// <summary>Stores a text and effects together.</summary>
    /// <returns>The new version.</returns>
    /// <exception cref="OffsetConflictException">Another version is stored.</exception>
    public long Append(string key, string text, long expectedVersion, IReadOnlyList<string> effects)
    {
        using FileStream file = Open();
        Read(file);
        long version = _stored.TryGetValue(key, out StoredOffset? stored) ? stored.Version : 0;
        if (version != expectedVersion)
        {
            throw new OffsetConflictException($"'{key}' has version {version}, not {expectedVersion}.");
        }

        var record = new JournalRecord(key, text, version + 1, [.. effects]);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(record);
        file.SetLength(_length);
        file.Position = _length;
        byte[] line = [.. Encoding.ASCII.GetBytes(Convert.ToHexString(Crc32.Hash(json))), .. json, (byte)'\n'];
        file.Write(line);
        _length += line.Length;
        Keep(record);
        return version + 1;
    }

    private void Keep(JournalRecord record)
    {
        _stored[record.Key] = new StoredOffset(record.Text, record.Version);
        _effects.AddRange(record.Effects);
    }

    // The lock is the system's and ends with the process. A frozen process keeps it until it is continued.
    private FileStream Open()
    {
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(started) < _patience)
            {
                Thread.Sleep(5);
            }
        }
    }

    // Reads the records after the known ones. What is not a whole record was being written by a process that was killed.
    private void Read(FileStream file)
    {
        byte[] bytes = new byte[file.Length - _length];
        file.Position = _length;
        file.ReadExactly(bytes);
        ReadOnlySpan<byte> rest = bytes;
        while (rest.IndexOf((byte)'\n') is > 8 and var end)
        {
            ReadOnlySpan<byte> json = rest[8..end];
            if (Encoding.ASCII.GetString(rest[..8]) != Convert.ToHexString(Crc32.Hash(json)))
            {
                return;
            }

            Keep(JsonSerializer.Deserialize<JournalRecord>(json) ?? throw new InvalidDataException($"{path} has an empty record."));
            _length += end + 1;
            rest = rest[(end + 1)..];
        }
    }
}
