namespace CdcEmbedded.Snapshots;

/// <summary>What differs between two states, for progress items and handles.</summary>
internal static class StateChanges
{
    /// <summary>The tables whose status or number of rows differs.</summary>
    public static List<(string Id, TableProgress Table)> Between(SnapshotState before, SnapshotState after)
    {
        var result = new List<(string, TableProgress)>();
        foreach (var job in after.JustFinished.Concat(after.Jobs))
        {
            if (job.IsOver && after.JustFinished.Any(ended => ended.Id == job.Id && ended != job))
            {
                continue;
            }

            var index = before.IndexOf(job.Id);
            foreach (var table in job.Tables)
            {
                if ((index < 0 ? null : Find(before.Jobs[index], table)) is not { } old || old.Status != table.Status
                    || old.Rows != table.Rows)
                {
                    result.Add((job.Id, table));
                }
            }
        }

        return result;
    }

    private static TableProgress? Find(SnapshotJob job, TableProgress table)
    {
        foreach (var each in job.Tables)
        {
            if (each.Table == table.Table && each.Database == table.Database)
            {
                return each;
            }
        }

        return null;
    }
}
