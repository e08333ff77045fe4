using CdcEmbedded.Snapshots;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>What the machine asks for, and when it gives up.</summary>
public sealed class MachineTests
{
    [Fact]
    public void No_window_is_open_while_the_source_is_spared()
    {
        var machine = Machine();
        var pace = Find(machine);
        Assert.Equal(SnapshotActionKind.Pace, pace.Kind);

        Deliver(machine, new ModelScript("", "i1 i2 i3"));

        Assert.False(machine.HasWindow);
        Assert.True(machine.IsWaitedFor(pace));
        machine.OnPaced(pace);
        Assert.Equal(SnapshotActionKind.TakeLow, machine.Next()!.Kind);
        Assert.True(machine.HasWindow);
    }

    [Fact]
    public void A_snapshot_that_is_stopped_needs_the_source_no_more()
    {
        var machine = Machine();
        var pace = Find(machine);

        machine.Apply(static state => state.Stop(null, []));

        Assert.False(machine.IsWaitedFor(pace));
        machine.OnPaced(pace);
        Assert.Null(machine.Next());
    }

    [Fact]
    public void A_window_that_would_remember_too_many_keys_is_opened_again_after_growing_waits_without_counting_as_failed()
    {
        var machine = Machine(new SnapshotLimits(10, MaxTouched: 2));
        for (var i = 1; i <= 30; i++)
        {
            var low = Open(machine);
            machine.OnLow(low, new ModelPosition(0));
            Assert.Equal(SnapshotActionKind.ReadLastKey, machine.Next()!.Kind);
            foreach (var entry in new ModelScript("123", "u1+u2+u1+u2").Entries)
            {
                machine.OnChange("d", "t", entry.Change);
            }

            Assert.True(machine.HasWindow);
            machine.OnChange("d", "t", new ModelScript("3", "d3").Entries[0].Change);

            Assert.False(machine.HasWindow);
            var wait = machine.Next()!;
            Assert.Equal((SnapshotActionKind.Wait, i), (wait.Kind, wait.Attempt));
            machine.OnWaited(wait);
        }

        Assert.Equal(SnapshotTableStatus.Reading, Assert.Single(machine.State.Jobs[0].Tables).Status);
    }

    [Fact]
    public void A_request_that_replaces_an_old_failure_leaves_the_open_window_as_it_is()
    {
        var failed = new SnapshotJob("failed", SnapshotKind.Incremental)
        {
            IsListed = true,
            Tables = [new TableProgress("d", "t") { Status = SnapshotTableStatus.Failed }],
        };
        var machine = new SnapshotMachine(new SnapshotState { Jobs = [failed, failed with { Id = "again" }] }
            .Accept(new SnapshotJob("first", SnapshotKind.Incremental)), new SnapshotLimits(1));
        machine.OnOpened(new ModelPosition(0));
        var low = Open(machine);
        machine.Apply(static state => state with { Jobs = state.Jobs.Insert(0, state.Jobs[0] with { Id = "older" }) }, keepsWindow: true);

        machine.Apply(static state => state.Accept(new SnapshotJob("last", SnapshotKind.Incremental)), keepsWindow: true);

        Assert.Equal(["again", "first", "last"], machine.State.Jobs.Select(static job => job.Id));
        Complete(machine, low, isLast: true);
        Assert.Equal(["again", "last"], machine.State.Jobs.Select(static job => job.Id));
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 20)]
    public void A_table_fails_after_the_documented_number_of_errors_in_a_row_and_the_next_one_begins_at_none(bool isTransient, int errors)
    {
        var machine = Machine();
        machine.Apply(static state => state.Accept(new SnapshotJob("next", SnapshotKind.Incremental)), keepsWindow: true);
        for (var i = 1; i < errors; i++)
        {
            FailWindow(machine, isTransient);
            Assert.Equal(SnapshotTableStatus.Reading, machine.State.Jobs[0].Tables[0].Status);
        }

        Complete(machine, Open(machine), isLast: false);
        for (var i = 1; i <= errors; i++)
        {
            Assert.Equal(SnapshotTableStatus.Reading, machine.State.Jobs[0].Tables[0].Status);
            FailWindow(machine, isTransient);
        }

        var failed = machine.State.Jobs[0].Tables[0];
        Assert.Equal((SnapshotTableStatus.Failed, "The model fails."), (failed.Status, failed.Reason));
        FailWindow(machine, isTransient);
        Assert.Equal(SnapshotTableStatus.Reading, machine.State.Jobs[1].Tables[0].Status);
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 20)]
    public void A_list_fails_after_the_documented_number_of_errors_in_a_row_and_the_next_one_begins_at_none(bool isTransient, int errors)
    {
        var machine = Machine();
        machine.Apply(static state => state.Accept(new SnapshotJob("next", SnapshotKind.Incremental)), keepsWindow: true);
        for (var i = 1; i <= errors; i++)
        {
            Assert.Null(machine.State.Jobs[0].Reason);
            machine.OnFailed(Next(machine), "The model fails.", isTransient);
        }

        Assert.Equal("The model fails.", machine.State.Jobs[0].Reason);
        machine.OnFailed(Next(machine), "Once.", isTransient);
        Assert.Null(machine.State.Jobs[1].Reason);
    }

    private static SnapshotMachine Machine(SnapshotLimits? limits = null)
    {
        var machine = new SnapshotMachine(SnapshotState.Empty.Accept(new SnapshotJob("first", SnapshotKind.Incremental)),
            limits ?? new SnapshotLimits(1));
        machine.OnOpened(new ModelPosition(0));
        return machine;
    }

    /// <summary>Waits as long as the machine wants to.</summary>
    private static SnapshotAction Next(SnapshotMachine machine)
    {
        var action = machine.Next()!;
        if (action.Kind == SnapshotActionKind.Wait)
        {
            machine.OnWaited(action);
            action = machine.Next()!;
        }

        return action;
    }

    /// <summary>Lists and finds the table, as far as that is needed.</summary>
    private static SnapshotAction Find(SnapshotMachine machine)
    {
        var action = Next(machine);
        if (action.Kind == SnapshotActionKind.ListTables)
        {
            machine.OnTables(action, [new ModelTable()]);
            action = machine.Next()!;
        }

        if (action.Kind == SnapshotActionKind.FindTable)
        {
            machine.OnTable(action, new ModelTable());
            action = machine.Next()!;
        }

        return action;
    }

    /// <summary>Opens a window.</summary>
    /// <returns>The question for LOW.</returns>
    private static SnapshotAction Open(SnapshotMachine machine)
    {
        var pace = Find(machine);
        Assert.Equal(SnapshotActionKind.Pace, pace.Kind);
        machine.OnPaced(pace);
        var low = machine.Next()!;
        Assert.Equal(SnapshotActionKind.TakeLow, low.Kind);
        return low;
    }

    private static void FailWindow(SnapshotMachine machine, bool isTransient)
    {
        var low = Open(machine);
        machine.OnLow(low, new ModelPosition(0));
        machine.OnFailed(machine.Next()!, "The model fails.", isTransient);
    }

    /// <summary>Reads one chunk of one row.</summary>
    private static void Complete(SnapshotMachine machine, SnapshotAction low, bool isLast)
    {
        machine.OnLow(low, new ModelPosition(0));
        var last = machine.Next()!;
        Assert.Equal(SnapshotActionKind.ReadLastKey, last.Kind);
        machine.OnLastKey(last, ModelTable.Keys[9]);
        machine.OnChunk(machine.Next()!, new ModelChunk([(1, new ModelRow(0, 0, 0))], isLast));
        machine.OnHigh(machine.Next()!, new ModelPosition(0));
        Assert.NotNull(machine.TakeEmission());
    }

    private static void Deliver(SnapshotMachine machine, ModelScript script)
    {
        foreach (var entry in script.Entries)
        {
            if (machine.Watches("d", "t"))
            {
                machine.OnChange("d", "t", entry.Change);
            }

            machine.OnPlace(entry.After);
        }
    }
}
