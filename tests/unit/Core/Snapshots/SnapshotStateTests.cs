using CdcEmbedded.Snapshots;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>What is remembered of snapshots that are over.</summary>
public sealed class SnapshotStateTests
{
    [Fact]
    public void A_snapshot_that_is_over_keeps_its_failed_tables_only_and_shows_all_of_them_once()
    {
        var job = new SnapshotJob("s", SnapshotKind.Incremental)
        {
            IsListed = true,
            Tables = [Table("a", SnapshotTableStatus.Completed), Table("b", SnapshotTableStatus.Failed),
                Table("c", SnapshotTableStatus.Reading)],
        };
        var state = new SnapshotState { Jobs = [job] };
        Assert.Equal(3, state.With(0, job).Jobs[0].Tables.Length);

        state = state.With(0, 2, job.Tables[2].AsCompleted);

        Assert.Equal(["b"], state.Jobs[0].Tables.Select(static table => table.Table));
        Assert.Equal(["a", "b", "c"], Assert.Single(state.JustFinished).Tables.Select(static table => table.Table));
        Assert.Equal("no key", SnapshotStateJson.Read(state.ToJson()).Jobs[0].Tables[0].Reason);
        Assert.Equal(SnapshotTableStatus.Waiting, state.Resume(null).Jobs[0].Tables[0].Status);
    }

    [Fact]
    public void Requests_that_fail_each_time_leave_one_failure_of_each_table_the_last()
    {
        var state = SnapshotState.Empty;
        for (var i = 0; i < 200; i++)
        {
            state = state.Accept(new SnapshotJob($"r{i}", SnapshotKind.Incremental));
            state = state.With(state.Jobs.Length - 1, state.Jobs[^1] with
            {
                IsListed = true,
                Tables = [Table("a", SnapshotTableStatus.Completed), Table("b", SnapshotTableStatus.Failed),
                    Table($"c{i % 3}", SnapshotTableStatus.Failed)],
            }) with { JustFinished = [] };
        }

        state = state.Accept(new SnapshotJob("last", SnapshotKind.Incremental));

        Assert.Equal(["r197 c2", "r198 c0", "r199 b c1", "last"], state.Jobs.Select(
            static job => string.Join(' ', job.Tables.Select(static table => table.Table).Prepend(job.Id))));
        Assert.True(state.Knows("r196"));
        Assert.InRange(state.ToJson().Length, 0, 2000);
    }

    [Fact]
    public void Requests_that_match_no_table_leave_the_last_reasons_only()
    {
        var state = SnapshotState.Empty;
        for (var i = 0; i < 200; i++)
        {
            state = state.Accept(new SnapshotJob($"r{i}", SnapshotKind.Incremental));
            state = state.With(state.Jobs.Length - 1, state.Jobs[^1] with { IsListed = i % 2 == 0, Reason = "No captured table matches." });
        }

        Assert.Equal(17, state.Jobs.Length);
        Assert.Equal("r199", state.Jobs[^1].Id);
    }

    [Fact]
    public void A_stored_text_of_before_loads_and_shrinks()
    {
        const string Text = """
            {"jobs":[{"id":"x","kind":"incremental","tables":[{"table":["d","a"],"status":"completed","rows":5},
            {"table":["d","b"],"status":"failed","reason":"no key"}]},{"id":"y","kind":"incremental","tables":[
            {"table":["d","a"],"status":"completed"},{"table":["d","c"],"status":"waiting"}]}]}
            """;

        var state = SnapshotStateJson.Read(Text);

        Assert.Equal([1, 2], state.Jobs.Select(static job => job.Tables.Length));
        Assert.Equal(("b", "no key"), (state.Jobs[0].Tables[0].Table, state.Jobs[0].Tables[0].Reason));
    }

    private static TableProgress Table(string name, SnapshotTableStatus status)
        => new("d", name) { Status = status, Reason = status == SnapshotTableStatus.Failed ? "no key" : null };
}
