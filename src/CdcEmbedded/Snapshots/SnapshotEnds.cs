using CdcEmbedded.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Snapshots;

/// <summary>Logs how each snapshot ends.</summary>
/// <param name="logger">The engine's logger.</param>
/// <param name="engine">The engine's name.</param>
/// <param name="time">Measures how long each takes in this run.</param>
internal sealed class SnapshotEnds(ILogger logger, string engine, TimeProvider time)
{
    private readonly Dictionary<string, long> _begun = new(StringComparer.Ordinal);

    /// <summary>Compares a new state with the one before it.</summary>
    public void OnState(SnapshotState before, SnapshotState after)
    {
        foreach (var job in after.Jobs)
        {
            if (!job.IsOver)
            {
                _begun.TryAdd(job.Id, time.GetTimestamp());
            }
            else if (!after.JustFinished.Any(ended => ended.Id == job.Id))
            {
                OnOver(job, before);
            }
        }

        foreach (var job in after.JustFinished)
        {
            OnOver(job, before);
        }
    }

    private void OnOver(SnapshotJob job, SnapshotState before)
    {
        if (before.IndexOf(job.Id) is >= 0 and var index && before.Jobs[index].IsOver)
        {
            return;
        }

        var seconds = _begun.Remove(job.Id, out var begun) ? time.GetElapsedTime(begun).TotalSeconds : 0;
        var rows = job.Tables.Sum(static table => table.Rows);
        var completed = job.Tables.Count(static table => table.Status == SnapshotTableStatus.Completed);
        if (job.Tables.IsEmpty)
        {
            Log.SnapshotReadNothing(logger, engine, job.Id, job.Reason ?? "No captured table matches.");
        }
        else if (completed == job.Tables.Length)
        {
            Log.SnapshotComplete(logger, engine, job.Id, completed, rows, seconds);
        }
        else
        {
            var others = job.Tables.Where(static table => table.Status != SnapshotTableStatus.Completed)
                .Select(static table => $"{table.FullName} {(table.Reason is { } reason ? $"failed: {reason}" : "was stopped")}");
            Log.SnapshotIncomplete(logger, engine, job.Id, completed, job.Tables.Length, rows, seconds, string.Join("; ", others));
        }
    }
}
