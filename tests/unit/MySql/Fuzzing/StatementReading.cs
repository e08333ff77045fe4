using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;

namespace CdcEmbedded.MySql.Tests.Fuzzing;

/// <summary>Reads a statement in every way in which a stream may read it.</summary>
internal static class StatementReading
{
    public static void ReadAnything(string text, in StatementContext context)
    {
        LoggedSql.Instance.Classify(text, context.Dialect);
        LoggedSql.Instance.TryReadTable(text, context.Dialect, context.Database, out _, out _);
        LoggedSql.Instance.TryReadSavepoint(text, context.Dialect, out _);
        if (LoggedSql.Instance.MayChangeTables(text))
        {
            LoggedSql.Instance.Apply(Catalogue(), text, context);
        }
    }

    private static SchemaCatalogue Catalogue()
    {
        var result = new SchemaCatalogue { Assumes = true };
        result.SetDatabase("d", "utf8mb4");
        foreach (var name in (string[])["t", "u"])
        {
            result.Set(new TableDefinition("d", name,
                [new ColumnDefinition("id", "int", false, null, 1), new ColumnDefinition("a", "varchar(10)", true, "utf8mb4"),
                    new ColumnDefinition("b", "enum('x','y')", true, "latin1")], "utf8mb4", "innodb"));
        }

        return result;
    }
}
