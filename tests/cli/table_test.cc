#include "cli/table.h"

#include <gtest/gtest.h>

namespace levelwind::cli {
namespace {

TEST(Table, AlignsAndTrims) {
  Table table({{"NAME", Table::Align::kLeft}, {"N", Table::Align::kRight}});
  table.Add({"a", "1"});
  table.Add({"longer", "123"});
  EXPECT_EQ(table.Render(true), "NAME      N\na         1\nlonger  123\n");
  EXPECT_EQ(table.Render(false), "a         1\nlonger  123\n");
}

TEST(Table, HostileCellsStayInTheirCell) {
  Table table({{"A", Table::Align::kLeft}, {"B", Table::Align::kLeft}});
  table.Add({"x\x1b[2J\ny", "ok"});
  table.Add({"gr\xc3\xbc\xc3\x9f", "ok"});
  table.Add({"bad\xff", "ok"});
  EXPECT_EQ(table.Render(false),
            "x\\x1b[2J\\x0ay  ok\n"
            "gr\xc3\xbc\xc3\x9f           ok\n"
            "bad\xef\xbf\xbd           ok\n");
}

}  // namespace
}  // namespace levelwind::cli
