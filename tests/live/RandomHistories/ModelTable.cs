namespace CdcEmbedded.ServerTests.RandomHistories;

/// <summary>A table as the writer of a random history believes it to be.</summary>
/// <param name="Database">Its database.</param>
/// <param name="Name">Its name.</param>
/// <param name="HasKey">True if <c>id</c> is its primary key.</param>
public sealed record ModelTable(string Database, string Name, bool HasKey)
{
    /// <summary>The columns other than <c>id</c> and <c>touch</c>.</summary>
    public List<ModelColumn> Columns { get; init; } = [];

    /// <summary>Database and table.</summary>
    public string FullName => $"{Database}.{Name}";

    /// <summary>The id of the next new row.</summary>
    public int NextId { get; set; } = 1;

    /// <summary>Returns the same table under another name.</summary>
    public ModelTable Copy(string database, string name) =>
        new(database, name, HasKey) { Columns = [.. Columns], NextId = NextId };
}
