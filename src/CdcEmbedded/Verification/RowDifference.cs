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

    /// <summary>Returns kind, key and columns; with values only if <see cref="VerifyOptions.IncludesValues"/> asked for them.</summary>
    public override string ToString()
    {
        var key = string.Join(", ", Key.Select(static field => $"{field.Name}={field.Value}"));
        return Columns.Count == 0 ? $"{Kind} {key}" : $"{Kind} {key}: {string.Join(", ", Columns.Select(TextOf))}";
    }

    private static string TextOf(ColumnDifference column) => column is { Source: null, Copy: null } ? column.Column
        : $"{column.Column} (source {Quoted(column.Source)}, copy {Quoted(column.Copy)})";

    private static string Quoted(string? value) => value is null ? "null" : $"'{value}'";
}
