using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>The catalogue's terms in those of the core.</summary>
internal static class SchemaWords
{
    public static SchemaChangeKind KindOf(TableChangeKind kind) => kind switch
    {
        TableChangeKind.Create => SchemaChangeKind.Create,
        TableChangeKind.Alter => SchemaChangeKind.Alter,
        TableChangeKind.Drop => SchemaChangeKind.Drop,
        TableChangeKind.Rename => SchemaChangeKind.Rename,
        TableChangeKind.DropDatabase => SchemaChangeKind.DropDatabase,
        TableChangeKind.PartitionDataLoss => SchemaChangeKind.PartitionDataLoss,
        _ => SchemaChangeKind.Other,
    };

    public static string OperationOf(TableChangeKind kind) => kind switch
    {
        TableChangeKind.Create => "CREATE TABLE",
        TableChangeKind.Alter => "ALTER TABLE",
        TableChangeKind.Drop => "DROP TABLE",
        TableChangeKind.Rename => "RENAME TABLE",
        TableChangeKind.CreateDatabase => "CREATE DATABASE",
        TableChangeKind.AlterDatabase => "ALTER DATABASE",
        TableChangeKind.DropDatabase => "DROP DATABASE",
        TableChangeKind.PartitionDataLoss => "ALTER TABLE PARTITION",
        _ => "OTHER",
    };

    /// <summary>A definition as an application sees it.</summary>
    public static TableSchema SchemaOf(TableDefinition definition)
    {
        var columns = new ColumnSchema[definition.Columns.Count];
        var key = new List<(int Ordinal, int Place)>();
        for (var i = 0; i < columns.Length; i++)
        {
            var column = definition.Columns[i];
            columns[i] = new ColumnSchema
            {
                Name = column.Name,
                TypeName = column.TypeText,
                IsNullable = column.IsNullable,
                IsPrimaryKey = column.KeyOrdinal > 0,
                IsVisible = column.IsVisible,
                CharacterSet = column.CharacterSet,
            };
            if (column.KeyOrdinal > 0)
            {
                key.Add((column.KeyOrdinal, i));
            }
        }

        key.Sort();
        return new TableSchema(definition.Database, definition.Name, columns, [.. key.ConvertAll(static k => k.Place)]);
    }
}
