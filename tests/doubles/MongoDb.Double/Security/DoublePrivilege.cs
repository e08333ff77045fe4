namespace CdcEmbedded.MongoDb.Double.Security;

/// <summary>A privilege: actions on a resource.</summary>
/// <param name="Database">Empty for all databases (those of the system apart).</param>
/// <param name="Collection">Empty for all collections of the database.</param>
/// <param name="Actions">Such as <c>find</c> and <c>changeStream</c>.</param>
public sealed record DoublePrivilege(string Database, string Collection, params IReadOnlyList<string> Actions)
{
    internal bool Grants(string action, string database, string collection) =>
        Actions.Contains(action) && (Database.Length == 0 || Database == database) && (Collection.Length == 0 || Collection == collection);
}
