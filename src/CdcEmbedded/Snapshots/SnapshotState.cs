using System.Collections.Immutable;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The state of all snapshots of a stream at one place: the "snapshot" of its offset. Immutable.</summary>
internal sealed record SnapshotState : ISnapshotState
{
    // Ids that are remembered, so that a repeated request is recognized.
    private const int MaxFinished = 64;

    // Snapshots that are remembered only for the reason why their tables could not be listed.
    private const int MaxUnlisted = 16;

    public static readonly SnapshotState Empty = new();

    // The text of many offsets: kept, but never copied to another state.
    private string? _json;

    public SnapshotState()
    {
    }

    private SnapshotState(SnapshotState other)
    {
        Commands = other.Commands;
        Jobs = other.Jobs;
        Finished = other.Finished;
        JustFinished = other.JustFinished;
        Known = other.Known;
    }

    /// <summary>The number of the last command that was carried out.</summary>
    public long Commands { get; init; }

    public ImmutableArray<SnapshotJob> Jobs { get; init; } = [];

    /// <summary>The ids of the last snapshots that finished.</summary>
    public ImmutableArray<string> Finished { get; init; } = [];

    /// <summary>Snapshots that have ended since somebody looked, with all of their tables; not stored.</summary>
    public ImmutableArray<SnapshotJob> JustFinished { get; init; } = [];

    /// <summary>The captured tables, so that a new one is recognized; null if nobody asked for that.</summary>
    public ImmutableHashSet<(string Database, string Table)>? Known { get; init; }

    public int IndexOf(string id)
    {
        for (var i = 0; i < Jobs.Length; i++)
        {
            if (Jobs[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    public bool Knows(string id) => IndexOf(id) >= 0 || Finished.Contains(id);

    /// <summary>Replaces a job; one that has finished becomes an id, and of one that is over only the tables remain that have
    /// failed.</summary>
    public SnapshotState With(int index, SnapshotJob job)
    {
        if (job.IsFinished)
        {
            return Finish(index) with { JustFinished = JustFinished.Add(job) };
        }

        var kept = job.OnlyFailed;
        return this with
        {
            Jobs = Jobs.SetItem(index, kept),
            JustFinished = ReferenceEquals(kept, job) ? JustFinished : JustFinished.Add(job),
        };
    }

    public SnapshotState With(int job, int table, TableProgress progress) => With(job, Jobs[job].With(table, progress));

    /// <summary>Removes a job of which nothing needs to be remembered.</summary>
    public SnapshotState Without(int job) => this with { Jobs = Jobs.RemoveAt(job) };

    /// <summary>Sets the captured tables.</summary>
    public SnapshotState WithKnown(IEnumerable<SnapshotTable> tables)
    {
        var known = tables.Select(static table => (table.Database, table.Name)).ToImmutableHashSet();
        return Known is { } before && before.SetEquals(known) ? this : this with { Known = known };
    }

    /// <summary>Adds a captured table of which the stream has everything.</summary>
    public SnapshotState WithCreated(string database, string table)
        => Known is { } known && !known.Contains((database, table)) ? this with { Known = known.Add((database, table)) } : this;

    /// <summary>Removes a table from those that are read because they are new.</summary>
    public SnapshotState WithoutNewTable(string database, string table)
    {
        var state = this;
        for (var j = Jobs.Length - 1; j >= 0; j--)
        {
            var job = Jobs[j];
            var others = job.IsForNewTables ? job.Tables.RemoveAll(each => each.Table == table && each.Database == database) : job.Tables;
            if (others.Length != job.Tables.Length)
            {
                state = others.IsEmpty ? state.Without(j) : state.With(j, job with { Tables = others });
            }
        }

        return state;
    }

    /// <summary>Accepts a snapshot of the tables that are new, before all others, unless there is one already.</summary>
    public SnapshotState AcceptNewTables(SnapshotJob job) => Jobs.Any(static each => each is { IsForNewTables: true, IsListed: false })
        ? this : this with { Jobs = Jobs.Insert(0, job) };

    /// <summary>Accepts a snapshot. One with a known id changes nothing (R72).</summary>
    public SnapshotState Accept(SnapshotJob job)
    {
        if (Knows(job.Id))
        {
            return this;
        }

        var state = WithoutOldFailures();
        return state with { Jobs = state.Jobs.Add(job) };
    }

    /// <summary>Accepts a snapshot whose view is open: it is read before all others.</summary>
    public SnapshotState AcceptFirst(SnapshotJob job)
    {
        var state = WithoutOldFailures();
        return state with { Jobs = state.Jobs.Insert(0, job) };
    }

    /// <summary>Pauses a snapshot, or all.</summary>
    public SnapshotState Pause(string? id) => ForEachJob(id, static job => job with { IsPaused = true });

    /// <summary>Resumes a snapshot, or all. What has failed is read from its start: nobody has watched its changes since.</summary>
    public SnapshotState Resume(string? id) => ForEachJob(id, static job => job with
    {
        IsPaused = false,
        Reason = null,
        IsListed = job.IsListed && !job.Tables.IsEmpty,
        Tables = [.. job.Tables.Select(static table => table.Status != SnapshotTableStatus.Failed ? table
            : table.IsKeysOnly ? table with { Status = SnapshotTableStatus.Reading, Reason = null }
            : table.AsNew with { Status = SnapshotTableStatus.Waiting, Reason = null })],
    });

    /// <summary>Stops a snapshot, or all, or some of its tables.</summary>
    /// <param name="id">The snapshot; null for all.</param>
    /// <param name="tables">The tables as <see cref="TableExpression"/>s; empty for all.</param>
    public SnapshotState Stop(string? id, ImmutableArray<string> tables) => ForEachJob(id, job => !job.IsListed && !tables.IsEmpty
        ? job with { Stopped = job.Stopped.AddRange(tables) }
        : job with
        {
            IsListed = true,
            Reason = null,
            Tables = [.. job.Tables.Select(table => table.Status == SnapshotTableStatus.Completed
                || !(tables.IsEmpty || tables.Any(expression => TableExpression.Matches(expression, table.FullName))) ? table
                : table with { Status = SnapshotTableStatus.Stopped, Again = [], Reason = null })],
        });

    /// <summary>Changes the progress of a table in each snapshot that is reading it.</summary>
    public SnapshotState ForEachReading(string database, string table, Func<TableProgress, TableProgress> change)
    {
        var state = this;
        for (var j = 0; j < Jobs.Length; j++)
        {
            for (var t = 0; t < Jobs[j].Tables.Length; t++)
            {
                var progress = Jobs[j].Tables[t];
                if (progress.Status == SnapshotTableStatus.Reading && progress.Table == table && progress.Database == database)
                {
                    var changed = change(progress);
                    state = ReferenceEquals(changed, progress) ? state : state.With(j, t, changed);
                }
            }
        }

        return state;
    }

    /// <inheritdoc/>
    public string ToJson() => _json ??= SnapshotStateJson.Write(this);

    /// <summary>Keeps of the snapshots that are over one failure of each table, the last one, so that repeated requests do not make the
    /// offset grow.</summary>
    private SnapshotState WithoutOldFailures()
    {
        var state = this;
        var failed = new HashSet<(string Database, string Table, bool IsKeysOnly)>();
        var unlisted = 0;
        for (var j = Jobs.Length - 1; j >= 0; j--)
        {
            var job = Jobs[j];
            if (!job.IsOver)
            {
                continue;
            }

            var tables = job.Tables.RemoveAll(table => !failed.Add((table.Database, table.Table, table.IsKeysOnly)));
            if (tables.IsEmpty && (!job.Tables.IsEmpty || ++unlisted > MaxUnlisted))
            {
                state = state.Finish(j);
            }
            else if (tables.Length < job.Tables.Length)
            {
                state = state with { Jobs = state.Jobs.SetItem(j, job with { Tables = tables }) };
            }
        }

        return state;
    }

    /// <summary>Leaves nothing of a job but its id.</summary>
    private SnapshotState Finish(int index)
    {
        var finished = Finished.Add(Jobs[index].Id);
        return this with
        {
            Jobs = Jobs.RemoveAt(index),
            Finished = finished.Length > MaxFinished ? finished.RemoveAt(0) : finished,
        };
    }

    private SnapshotState ForEachJob(string? id, Func<SnapshotJob, SnapshotJob> change)
    {
        var state = this;
        for (var j = Jobs.Length - 1; j >= 0; j--)
        {
            if (id is null || Jobs[j].Id == id)
            {
                state = state.With(j, change(Jobs[j]));
            }
        }

        return state;
    }
}
