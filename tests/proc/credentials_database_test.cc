// User databases that misbehave: this program has functions of its own in the place of the C
// library's.
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/proc/credentials.h"
#include "gtest/gtest.h"

namespace {

struct Database {
  int interruptions = 0;        // that come before an answer
  size_t entry = 0;             // bytes that the user's takes
  std::vector<size_t> buffers;  // that were offered
  int groups = 1;               // of the user
  bool counts = true;           // whether a buffer that is too small changes the count
  int lists = 0;                // that were asked for
} database;

}  // namespace

extern "C" int getpwnam_r(const char* name, passwd* entry, char* buffer, size_t size,
                          passwd** found) {
  database.buffers.push_back(size);
  *found = nullptr;
  if (database.interruptions > 0) {
    --database.interruptions;
    return EINTR;
  }
  if (size < database.entry || size < ::strlen(name) + 1) return ERANGE;
  ::strcpy(buffer, name);
  *entry = {};
  entry->pw_name = buffer;
  entry->pw_uid = 1000;
  entry->pw_gid = 1000;
  *found = entry;
  return 0;
}

extern "C" int getgrouplist(const char*, gid_t, gid_t* groups, int* count) {
  ++database.lists;
  const int room = *count;
  if (database.counts) *count = database.groups;
  if (room < database.groups) return -1;
  *count = database.groups;
  std::fill(groups, groups + database.groups, gid_t{7});
  return database.groups;
}

namespace forklift::proc {
namespace {

class CredentialsDatabaseTest : public testing::Test {
 protected:
  CredentialsDatabaseTest() { database = {}; }
};

TEST_F(CredentialsDatabaseTest, AnInterruptionAsksAgainWithTheSameBuffer) {
  database.interruptions = 20;
  EXPECT_EQ(LookUpUser("user")->uid, 1000u);
  EXPECT_EQ(database.buffers, std::vector<size_t>(21, 1024));
}

TEST_F(CredentialsDatabaseTest, ALongEntryGetsALongerBufferUpToALimit) {
  database.entry = 10'000;
  EXPECT_EQ(LookUpUser("user")->uid, 1000u);
  EXPECT_EQ(database.buffers, (std::vector<size_t>{1024, 4096, 16384}));
  database.entry = size_t{1} << 30;
  EXPECT_FALSE(LookUpUser("user").ok());
  EXPECT_LE(database.buffers.back(), size_t{4} << 20);
}

// The count need not say what is needed, and there is an end to it.
TEST_F(CredentialsDatabaseTest, ManyGroupsAreAllFoundOrRefused) {
  for (const bool counts : {true, false}) {
    database.counts = counts;
    for (const int groups : {0, 1, 64, 65, 1000, 65536}) {
      database.groups = groups;
      const absl::StatusOr<Credentials> found = LookUpUser("user");
      ASSERT_TRUE(found.ok()) << groups << " " << found.status();
      EXPECT_EQ(found->groups, std::vector<gid_t>(static_cast<size_t>(groups), 7)) << groups;
    }
    for (const int groups : {65537, 1'000'000}) {
      database.groups = groups;
      database.lists = 0;
      const absl::Status refused = LookUpUser("user").status();
      EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted) << refused;
      EXPECT_LT(database.lists, 20);
    }
  }
}

}  // namespace
}  // namespace forklift::proc
