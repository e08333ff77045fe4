using CdcEmbedded.Sources;

namespace CdcEmbedded.Verification;

/// <summary>Collects the result of a verification.</summary>
internal sealed class Findings(string table, int max)
{
    private readonly List<RowDifference> _differences = [];
    private readonly List<DataRecord> _undecided = [];
    private readonly long[] _counts = new long[3];
    private long _undecidedRows;

    /// <summary>Number of rows of the source that were compared.</summary>
    public long Rows { get; set; }

    public void Add(RowDifferenceKind kind, DataRecord key, SnapshotKey? repairKey, IReadOnlyList<ColumnDifference> columns)
    {
        _counts[(int)kind]++;
        if (_differences.Count < max)
        {
            _differences.Add(new RowDifference(kind, key, repairKey, columns));
        }
    }

    public void AddUndecided(DataRecord key)
    {
        _undecidedRows++;
        if (_undecided.Count < max)
        {
            _undecided.Add(key);
        }
    }

    public VerificationResult ToResult(string keyShape) => new()
    {
        Table = table,
        KeyShape = keyShape,
        ComparedRows = Rows,
        MissingRows = _counts[(int)RowDifferenceKind.MissingInCopy],
        ExtraRows = _counts[(int)RowDifferenceKind.OnlyInCopy],
        DifferentRows = _counts[(int)RowDifferenceKind.Different],
        UndecidedRows = _undecidedRows,
        Differences = _differences,
        Undecided = _undecided,
    };
}
