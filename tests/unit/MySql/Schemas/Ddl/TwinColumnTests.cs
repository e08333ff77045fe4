using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;

namespace CdcEmbedded.MySql.Tests.Schemas.Ddl;

public sealed class TwinColumnTests
{
    [Theory]
    [InlineData("CREATE TABLE d.t (a INT, A INT)")]
    [InlineData("CREATE OR REPLACE TABLE d.t (a INT, b INT, a INT)")]
    public void A_statement_that_gives_two_columns_one_name_leaves_the_table_unknown(string statement)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        var context = new StatementContext { Database = "d", Dialect = new SqlDialect(false, true, true, 110801) };

        var change = Assert.Single(LoggedSql.Instance.Apply(catalogue, statement, context));

        Assert.Null(change.Definition);
        Assert.True(catalogue.IsUnknown("d", "t"));
    }
}
