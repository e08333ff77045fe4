using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>The window's rules, each broken in one way. The exploration must find every one.</summary>
internal static class Mutants
{
    public static IReadOnlyDictionary<string, WindowRules> All { get; } = new Dictionary<string, WindowRules>
    {
        ["LOW is taken before what was delivered is visible"] = new EarlyLow(),
        ["the window closes before the stream has come to HIGH"] = new EarlyClose(),
        ["a window opens and closes inside a transaction"] = new AnyBoundary(),
        ["the key before a change does not count"] = new NoBefore(),
        ["changes count only after the chunk has been read"] = new NoEarlyChanges(),
        ["a truncation does not clear the window"] = new NoTruncate(),
        ["a schema change does not spoil the window"] = new NoSchemaChange(),
        ["a partial image counts as a whole row"] = new NoPartial(),
        ["a partial change of the key is not read again"] = new NoMove(),
        ["a window outlives a pause and a reopened feed"] = new NoAbandon(),
        ["the state is ahead of the rows"] = new EarlyState(),
        ["HIGH is taken before the rows are read"] = new EarlyHigh(),
        ["the answer to an action that was given up counts"] = new LateAnswers(),
        ["a table is complete before its rows have been read again"] = new EarlyEnd(),
        ["a row that changes while it is read again is not read again"] = new NoOwing(),
    };

    private sealed class EarlyLow : WindowRules
    {
        public override bool IsVisible(SourcePosition low, SourcePosition opened) => true;
    }

    private sealed class EarlyClose : WindowRules
    {
        public override bool IsClosed(SourcePosition place, SourcePosition high) => true;
    }

    private sealed class AnyBoundary : WindowRules
    {
        public override bool IsBoundary(bool isTransactionEnd) => true;
    }

    private sealed class NoBefore : WindowRules
    {
        public override bool CountsBefore => false;
    }

    private sealed class NoEarlyChanges : WindowRules
    {
        public override bool CountsEarlyChanges => false;
    }

    private sealed class NoTruncate : WindowRules
    {
        public override bool TruncateClears => false;
    }

    private sealed class NoSchemaChange : WindowRules
    {
        public override bool SchemaChangeSpoils => false;
    }

    private sealed class NoPartial : WindowRules
    {
        public override bool IsPartial(in TableChange change) => false;
    }

    private sealed class NoMove : WindowRules
    {
        public override bool IsMove(in TableChange change, SnapshotKey? before, SnapshotKey? after) => false;
    }

    private sealed class NoAbandon : WindowRules
    {
        public override bool AbandonsWindow => false;
    }

    private sealed class EarlyState : WindowRules
    {
        public override bool StateFollowsRows => false;
    }

    private sealed class EarlyHigh : WindowRules
    {
        public override bool ReadsBeforeHigh => false;
    }

    private sealed class LateAnswers : WindowRules
    {
        public override bool IsAnswer(SnapshotAction? waitedFor, SnapshotAction answered) => true;
    }

    private sealed class EarlyEnd : WindowRules
    {
        public override bool WaitsForAgain => false;
    }

    private sealed class NoOwing : WindowRules
    {
        public override bool OwesAgain => false;
    }
}
