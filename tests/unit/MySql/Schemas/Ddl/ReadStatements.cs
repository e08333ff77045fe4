using System.Globalization;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;

namespace CdcEmbedded.MySql.Tests.Schemas.Ddl;

/// <summary>Reads statements into a catalogue and writes down what it has then.</summary>
internal static class ReadStatements
{
    /// <summary>A session of one of the servers.</summary>
    public static StatementContext Context(bool isMariaDb) => new()
    {
        Database = "d",
        Dialect = new SqlDialect(HasAnsiQuotes: false, HasBackslashEscapes: true, IsMariaDb: isMariaDb, ServerVersion: isMariaDb ? 110800
            : 90700),
        DefaultCharacterSet = "latin1",
        HasPlainTimestamps = true,
    };

    /// <summary>Applies statements.</summary>
    public static void Apply(SchemaCatalogue catalogue, string[] statements, bool isMariaDb = true)
    {
        var context = Context(isMariaDb);
        foreach (var statement in statements)
        {
            LoggedSql.Instance.Apply(catalogue, statement, context);
        }
    }

    /// <summary>The columns of the table t after statements of MariaDB.</summary>
    public static string ColumnsAfter(params string[] statements) => ColumnsAfter(new SchemaCatalogue { Assumes = true }, statements);

    /// <inheritdoc cref="ColumnsAfter(string[])"/>
    public static string ColumnsAfter(SchemaCatalogue catalogue, string[] statements)
    {
        Apply(catalogue, statements);
        return TextOf(catalogue);
    }

    /// <summary>The columns of the table t after statements of a version of MySQL.</summary>
    public static string ColumnsAfterOn(int version, params string[] statements)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        var context = Context(isMariaDb: false);
        foreach (var statement in statements)
        {
            LoggedSql.Instance.Apply(catalogue, statement,
                context with { Dialect = context.Dialect with { ServerVersion = version } });
        }

        return TextOf(catalogue);
    }

    /// <summary>The columns of the table t after statements of either server.</summary>
    public static string ColumnsAfter(bool isMariaDb, params string[] statements)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        Apply(catalogue, statements, isMariaDb);
        return TextOf(catalogue);
    }

    /// <summary>The columns of the table t: name, type, character set, ? for nulls, # and the place in the primary key, ~ for hidden ones;
    /// where they are not known, why.</summary>
    public static string TextOf(SchemaCatalogue catalogue, string database = "d")
    {
        var table = catalogue.Find(database, "t");
        return table is null ? catalogue.ReasonOf(database, "t") ?? ""
            : string.Join(' ', table.Columns.Select(static c => c.Name + " " + c.TypeText
            + (c.CharacterSet is { } characterSet ? " " + characterSet : "") + (c.IsNullable ? "?" : "")
            + (c.KeyOrdinal > 0 ? "#" + c.KeyOrdinal.ToString(CultureInfo.InvariantCulture) : "") + (c.IsVisible ? "" : "~")));
    }
}
