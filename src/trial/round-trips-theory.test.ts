import { testAnatomy } from './anatomy.fixture.ts'
import { anatomyCases } from './anatomy-cases.fixture.ts'

testAnatomy(anatomyCases)
