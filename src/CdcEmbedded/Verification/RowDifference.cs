using CdcEmbedded.Sources;

namespace CdcEmbedded.Verification;

/// <summary>A row of a copy that differs from the source's.</summary>
public sealed class RowDifference
{
    internal RowDifference(RowDifferenceKind kind, DataRecord key, SnapshotKey? repairKey, IReadOnlyList<ColumnDifference> columns)
    {
        Kind = kind;
        Key = key;
        RepairKey = repairKey;
        Columns = columns;
    }

    /// <summary>How it differs.</summary>
    public RowDifferenceKind Kind { get; }

    /// <summary>Its key: the columns of <see cref="ITableCopy.KeyColumns"/>.</summary>
    public DataRecord Key { get; }

    /// <summary>The columns that differ; empty unless both have the row.</summary>
    public IReadOnlyList<ColumnDifference> Columns { get; }

    /// <summary>The source's own text of the key.</summary>
    internal SnapshotKey? RepairKey { get; }

    /// <summary>Returns kind, key and columns, without values.</summary>
    public override string ToString()
    {
        var key = string.Join(", ", Key.Select(static field => $"{field.Name}={field.Value}"));
        return Columns.Count == 0 ? $"{Kind} {key}" : $"{Kind} {key}: {string.Join(", ", Columns.Select(static each => each.Column))}";
    }
}
