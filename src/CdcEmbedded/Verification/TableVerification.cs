using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Verification;

/// <summary>Compares a copy with its table while both change.</summary>
/// <remarks>
/// <para>First each row of the source is compared with the copy's row, read at another moment: equal rows are equal, and the others are
/// candidates. Then the copy's keys are listed, and those that the source lacks are candidates too. A candidate is decided in a
/// <see cref="ComparisonWindow"/>, again and again while its row keeps changing.</para>
/// <para>Rows are asked for by their keys, so neither side's order matters.</para>
/// </remarks>
internal sealed class TableVerification : IAsyncDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(500);
    private readonly SnapshotCoordinator _stream;
    private readonly string _database;
    private readonly string _name;
    private readonly ITableCopy _copy;
    private readonly VerifyOptions _options;
    private readonly VerifiedSource _source;
    private readonly CopyKey _key;
    private readonly ShownRows _shown;
    private readonly RowComparison _rows;
    private readonly Findings _findings;
    private readonly ReadPace _pace;
    private readonly Queue<Candidate> _candidates = new();
    private int _vainRounds;

    public TableVerification(SnapshotCoordinator stream, string database, string name, ITableCopy copy, VerifyOptions options,
        ShownRows shown)
    {
        _stream = stream;
        _database = database;
        _name = name;
        _copy = copy;
        _options = options;
        _shown = shown;
        _source = new VerifiedSource(stream, database, name);
        _pace = new ReadPace(stream.Options, stream.Time, stream.Name, stream.Logger);
        _key = new CopyKey(copy.KeyColumns);
        _rows = new RowComparison(options);
        _findings = new Findings($"{database}.{name}", options.MaxDifferences);
    }

    private int ChunkSize => _stream.Options.ChunkSize;

    public async Task<VerificationResult> RunAsync(CancellationToken cancellationToken)
    {
        await ReadSourceAsync(cancellationToken).ConfigureAwait(false);
        if (_options.FindsExtraRows)
        {
            await ReadCopyAsync(cancellationToken).ConfigureAwait(false);
        }

        while (_candidates.Count > 0)
        {
            await DecideAsync(cancellationToken).ConfigureAwait(false);
        }

        return _findings.ToResult(_source.KeyShape);
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>Compares each row of the source. Rows that are inserted after the last one of the beginning are the stream's.</summary>
    private async ValueTask ReadSourceAsync(CancellationToken cancellationToken)
    {
        var last = await _source.AskAsync((reader, table, token) => reader.GetLastKeyAsync(table, _options.Condition, token),
            cancellationToken).ConfigureAwait(false);
        SnapshotKey? after = null;
        while (last is not null)
        {
            await WaitAsync(cancellationToken).ConfigureAwait(false);
            var place = after;
            var limit = _pace.LimitOf(ChunkSize);
            var (chunk, shown) = await _source.AskAsync(
                async (reader, table, token) =>
                {
                    _pace.OnReading();
                    var read = await reader.ReadChunkAsync(table, place, last, limit, _options.Condition, token).ConfigureAwait(false);
                    _pace.OnRead(read.Count, limit);
                    return (read, _shown.Of(table, read));
                },
                cancellationToken).ConfigureAwait(false);
            await CompareAsync(chunk, shown, cancellationToken).ConfigureAwait(false);
            while (_candidates.Count >= ChunkSize)
            {
                await DecideAsync(cancellationToken).ConfigureAwait(false);
            }

            if (chunk.IsLast || chunk.Count == 0)
            {
                break;
            }

            after = chunk.GetPlace(chunk.Count - 1);
        }
    }

    private async ValueTask CompareAsync(SnapshotChunk chunk, DataRecord[] shown, CancellationToken cancellationToken)
    {
        var keys = new List<DataRecord>(chunk.Count);
        for (var i = 0; i < chunk.Count; i++)
        {
            _key.LearnKey(chunk.GetKey(i));
            _key.Learn(chunk.GetRow(i));
            keys.Add(_key.KeyOf(chunk.GetRow(i)));
        }

        var copies = await ReadCopyAsync(keys, cancellationToken).ConfigureAwait(false);
        CheckKey(keys, shown);
        _findings.Rows += shown.Count(static row => row.HasValue);
        for (var i = 0; i < chunk.Count; i++)
        {
            var isInCopy = copies.TryGetValue(IdentityOf(keys[i]), out var copy);
            if (isInCopy != shown[i].HasValue || (copy is not null && !_rows.AreEqual(shown[i], copy)))
            {
                _candidates.Enqueue(new Candidate(keys[i], null));
            }
        }
    }

    /// <summary>Rows are found by their keys, which both sides must have alike.</summary>
    private void CheckKey(List<DataRecord> keys, DataRecord[] shown)
    {
        for (var i = 0; i < shown.Length; i++)
        {
            if (shown[i].HasValue)
            {
                _ = _key.IdentityOf(shown[i]) == IdentityOf(keys[i]) ? true
                    : throw new NotSupportedException($"The engine's transforms change the key columns {string.Join(", ",
                        _copy.KeyColumns)} of {_database}.{_name}, by which rows are found in the copy: it cannot be verified.");
                return;
            }
        }
    }

    /// <summary>Looks for rows that only the copy has.</summary>
    private async ValueTask ReadCopyAsync(CancellationToken cancellationToken)
    {
        await foreach (var page in _copy.ListKeysAsync(ChunkSize, cancellationToken).ConfigureAwait(false))
        {
            for (var start = 0; start < page.Count; start += ChunkSize)
            {
                var part = page.Skip(start).Take(ChunkSize).ToList();
                await LookUpAsync(part, cancellationToken).ConfigureAwait(false);
                while (_candidates.Count >= ChunkSize)
                {
                    await DecideAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private async ValueTask LookUpAsync(List<CopyRow> rows, CancellationToken cancellationToken)
    {
        var keys = rows.ConvertAll(_key.KeyOf);
        var found = new HashSet<string>(StringComparer.Ordinal);
        if (_key.HasExample)
        {
            await WaitAsync(cancellationToken).ConfigureAwait(false);
            var (chunk, shown) = await ReadKeysAsync(keys, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < chunk.Count; i++)
            {
                if (shown[i].HasValue)
                {
                    found.Add(IdentityOf(chunk.GetRow(i)));
                }
            }
        }

        for (var i = 0; i < rows.Count; i++)
        {
            if (!found.Contains(IdentityOf(keys[i])))
            {
                _candidates.Enqueue(new Candidate(default, rows[i]));
            }
        }
    }

    /// <summary>Compares a number of candidates in one window.</summary>
    private async ValueTask DecideAsync(CancellationToken cancellationToken)
    {
        if (!_key.HasExample)
        {
            var first = await _source.AskAsync((reader, table, token) => reader.ReadChunkAsync(table, null, null, 1, null, token),
                cancellationToken).ConfigureAwait(false);
            if (first.Count > 0)
            {
                _key.LearnKey(first.GetKey(0));
                _key.Learn(first.GetRow(0));
            }
        }

        var candidates = new Dictionary<string, (Candidate Candidate, DataRecord Key)>(StringComparer.Ordinal);
        while (candidates.Count < ChunkSize && _candidates.TryDequeue(out var candidate))
        {
            var key = candidate.CopyKey is { } copyKey ? _key.KeyOf(copyKey) : candidate.SourceKey;
            candidates[IdentityOf(key)] = (candidate, key);
        }

        // Not inside the window: what waits there finds more rows that have changed.
        await WaitAsync(cancellationToken).ConfigureAwait(false);
        var window = new ComparisonWindow(_database, _name, _key.IdentityOf);
        _stream.Add(window);
        Dictionary<string, DataRecord> sources;
        Dictionary<string, CopyRow> copies;
        try
        {
            (sources, copies) = await ReadBothAsync(window, [.. candidates.Values.Select(static each => each.Key)], cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            _stream.Remove(window);
        }

        var isVain = true;
        foreach (var (identity, (candidate, key)) in candidates)
        {
            if (!window.HasTouched(identity))
            {
                isVain = false;
                Decide(key, sources.TryGetValue(identity, out var source) ? source : default, copies.GetValueOrDefault(identity));
            }
            else if (++candidate.Attempts < _options.Attempts)
            {
                _candidates.Enqueue(candidate);
            }
            else
            {
                _findings.AddUndecided(key);
            }
        }

        await AfterAsync(window, isVain, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the rows of both sides inside a window (see there why in this order).</summary>
    private async ValueTask<(Dictionary<string, DataRecord> Sources, Dictionary<string, CopyRow> Copies)> ReadBothAsync(
        ComparisonWindow window, List<DataRecord> keys, CancellationToken cancellationToken)
    {
        var opened = await window.Opened.WaitAsync(cancellationToken).ConfigureAwait(false);
        await TakeLowAsync(window, opened, cancellationToken).ConfigureAwait(false);
        var (chunk, shown) = await ReadKeysAsync(keys, cancellationToken).ConfigureAwait(false);
        var high = await _source.AskAsync(static (reader, _, token) => reader.GetHighWatermarkAsync(token), cancellationToken)
            .ConfigureAwait(false);
        var sources = new Dictionary<string, DataRecord>(StringComparer.Ordinal);
        for (var i = 0; i < chunk.Count; i++)
        {
            sources[IdentityOf(chunk.GetRow(i))] = shown[i];
        }

        await window.Acknowledged.WaitAsync(cancellationToken).ConfigureAwait(false);
        var copies = await ReadCopyAsync(keys, cancellationToken).ConfigureAwait(false);
        var reached = window.ReachAsync(high);
        _stream.Wait.Wake();
        await reached.WaitAsync(cancellationToken).ConfigureAwait(false);
        return (sources, copies);
    }

    /// <summary>Waits until everything is visible that the stream had delivered when the window was opened (R63).</summary>
    private async ValueTask TakeLowAsync(ComparisonWindow window, SourcePosition opened, CancellationToken cancellationToken)
    {
        for (var attempt = 0; !window.IsReopened; attempt++)
        {
            var low = await _source.AskAsync(static (reader, _, token) => reader.GetWatermarkAsync(token), cancellationToken)
                .ConfigureAwait(false);
            try
            {
                if (low.Covers(opened))
                {
                    return;
                }
            }
            catch (InvalidOperationException)
            {
                // Positions of another server: so is the reader. Nothing in this window can be compared.
                window.OnReopened();
                return;
            }

            await _stream.DelayAsync(WaitOf(attempt), cancellationToken).ConfigureAwait(false);
        }
    }

    private void Decide(DataRecord key, DataRecord source, CopyRow? copy)
    {
        var kind = source.HasValue && copy is null ? RowDifferenceKind.MissingInCopy
            : !source.HasValue && copy is not null ? RowDifferenceKind.OnlyInCopy
            : RowDifferenceKind.Different;
        IReadOnlyList<ColumnDifference> columns = source.HasValue && copy is not null ? _rows.Differences(source, copy) : [];
        if (kind != RowDifferenceKind.Different || columns.Count > 0)
        {
            _findings.Add(kind, key, source.HasValue ? _source.KeyOf(key) : null, columns);
        }
    }

    private async ValueTask AfterAsync(ComparisonWindow window, bool isVain, CancellationToken cancellationToken)
    {
        if (window.IsReopened)
        {
            await _source.ReopenAsync().ConfigureAwait(false);
        }
        else if (window.IsAltered)
        {
            _source.Forget();
        }

        _vainRounds = isVain ? _vainRounds + 1 : 0;
        if (_vainRounds > 0)
        {
            await _stream.DelayAsync(WaitOf(_vainRounds), cancellationToken).ConfigureAwait(false);
        }
    }

    private ValueTask<(SnapshotChunk Chunk, DataRecord[] Shown)> ReadKeysAsync(List<DataRecord> keys, CancellationToken cancellationToken)
        => _source.AskAsync(
            async (reader, table, token) =>
            {
                _pace.OnReading();
                var chunk = await reader.ReadKeysAsync(table, keys.ConvertAll(key => KeyOf(table, key)), _options.Condition, token)
                    .ConfigureAwait(false);
                _pace.OnRead(keys.Count, 0);
                return (chunk, _shown.Of(table, chunk));
            },
            cancellationToken);

    private async ValueTask<Dictionary<string, CopyRow>> ReadCopyAsync(List<DataRecord> keys, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, CopyRow>(StringComparer.Ordinal);
        if (keys.Count > 0)
        {
            foreach (var row in await _copy.ReadAsync(keys, cancellationToken).ConfigureAwait(false))
            {
                rows[_key.IdentityOf(row, keys[0])] = row;
            }
        }

        return rows;
    }

    private string IdentityOf(DataRecord record) => _key.IdentityOf(record)
        ?? throw new ArgumentException($"A row of {_database}.{_name} has no value in one of the key columns {string.Join(", ",
            _copy.KeyColumns)}: they must be columns without nulls.");

    private SnapshotKey KeyOf(SnapshotTable table, DataRecord key) => table.KeyOf(key)
        ?? throw new ArgumentException($"The key columns {string.Join(", ", _copy.KeyColumns)} of the copy lack a column of the key by "
            + $"which {table.FullName} is read.");

    /// <summary>Waits as a snapshot does until the source may be read.</summary>
    private async ValueTask WaitAsync(CancellationToken cancellationToken) => await _source.AskAsync(
        async (reader, _, token) =>
        {
            await _pace.WaitAsync(reader, static () => true, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken).ConfigureAwait(false);

    private static TimeSpan WaitOf(int attempt)
    {
        var wait = FirstWait * Math.Pow(2, Math.Min(attempt, 20));
        return wait < MaxWait ? wait : MaxWait;
    }
}
