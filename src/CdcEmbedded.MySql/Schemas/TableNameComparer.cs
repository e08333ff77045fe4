namespace CdcEmbedded.MySql.Schemas;

/// <summary>Compares the full names of tables.</summary>
internal sealed class TableNameComparer(bool ignoresCase) : IEqualityComparer<(string Database, string Table)>
{
    private readonly StringComparer _comparer = ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    public bool Equals((string Database, string Table) x, (string Database, string Table) y)
        => _comparer.Equals(x.Database, y.Database) && _comparer.Equals(x.Table, y.Table);

    public int GetHashCode((string Database, string Table) name)
        => HashCode.Combine(_comparer.GetHashCode(name.Database), _comparer.GetHashCode(name.Table));
}
