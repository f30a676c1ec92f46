// A GraphQL server with ten books, by graphql-yoga.
import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
import { GraphQLError } from 'graphql'

const books = Array.from({ length: 10 }, (_, at) => ({ id: `${at + 1}`, title: `Book ${at + 1}`, pages: 100 + at }))
const find = (id) => {
  const at = books.findIndex((book) => book.id === id)
  if (at < 0) throw new GraphQLError(`there is no book ${id}`, { extensions: { code: 'NOT_FOUND' } })
  return at
}
const schema = createSchema({
  typeDefs: `
    type Book { id: ID! title: String! pages: Int! }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    type Books { nodes: [Book!]! pageInfo: PageInfo! totalCount: Int! }
    type Query { book(id: ID!): Book books(first: Int!, after: String): Books! }
    type Mutation { addBook(title: String!, pages: Int!): Book! removeBook(id: ID!): Boolean! }
  `,
  resolvers: {
    Query: {
      book: (_, { id }) => books[find(id)],
      books: (_, { first, after }) => {
        const from = after ? find(after) + 1 : 0
        const nodes = books.slice(from, from + first)
        const endCursor = nodes.at(-1)?.id
        return { nodes, pageInfo: { hasNextPage: from + first < books.length, endCursor }, totalCount: books.length }
      },
    },
    Mutation: {
      addBook: (_, book) => (books.push({ id: `${books.length + 1}`, ...book }), books.at(-1)),
      removeBook: (_, { id }) => books.splice(find(id), 1).length === 1,
    },
  },
})
createServer(createYoga({ schema, logging: false })).listen(Number(process.env.PORT ?? 4000), '127.0.0.1')
